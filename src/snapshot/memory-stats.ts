import { amountOf, type InvalidValues, type JsonObject, limitOf, member, objectOf } from './json-values.ts';

export interface MemoryStats {
  /** cgroup version by the names in `stats`. Undefined without such names (Windows, empty). */
  readonly cgroup?: 1 | 2 | undefined;
  /** Includes page cache. */
  readonly usageBytes?: number | undefined;
  readonly cacheBytes?: number | undefined;
  readonly rssBytes?: number | undefined;
  /** Usage minus inactive page cache, which the kernel can reclaim easily. Not negative. */
  readonly workingSetBytes?: number | undefined;
  /** v1 only. The smallest limit up to the root cgroup, so it includes that of the task. */
  readonly hierarchicalLimitBytes?: number | undefined;
  /** Limit of the container. On EC2 without a limit: the memory of the host. */
  readonly limitBytes?: number | undefined;
  /** Maximum usage. v1 only. */
  readonly peakBytes?: number | undefined;
  /** v1 only. Current Docker versions do not report it. */
  readonly swapBytes?: number | undefined;
  /** Kernel stacks and slab caches. v2 only. */
  readonly kernelBytes?: number | undefined;
  /** Page faults since the container started: minor without, major with disk I/O. */
  readonly minorFaults?: number | undefined;
  readonly majorFaults?: number | undefined;
  /** Times the limit of the container was hit. On v2, out-of-memory events only. */
  readonly limitHits?: number | undefined;
  /** Windows: memory committed to processes, in RAM or the page file, and its maximum. */
  readonly commitBytes?: number | undefined;
  readonly commitPeakBytes?: number | undefined;
}

/**
 * Parses `memory_stats`. The names in it differ between cgroup v1 (`cache`, `rss`, `total_*`), v2 (`file`, `anon`) and
 * Windows. A missing member is unknown, not zero.
 *
 * @param isFromDocker whether Docker itself wrote the document. It fills `failcnt` on either cgroup version, so a missing one
 *   is 0 (https://github.com/moby/moby/blob/master/daemon/stats_unix.go).
 * @see https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html#memory
 */
export function parseMemory(
  value: unknown,
  isFromDocker: boolean,
  invalidValues: InvalidValues,
): MemoryStats | undefined {
  const stats = objectOf(value, invalidValues);
  if (stats === undefined) return undefined;
  const kernel = objectOf(member(stats, 'stats'), invalidValues) ?? {};
  const cgroup = cgroupVersionOf(kernel);
  const outer = (key: string): number | undefined => amountOf(member(stats, key), invalidValues);
  const amount = (key: string): number | undefined => amountOf(member(kernel, key), invalidValues);
  const limit = (key: string): number | undefined => limitOf(member(kernel, key), invalidValues);
  const usageBytes = outer('usage');
  const inactiveBytes = cgroup === 2 ? amount('inactive_file') : amount('total_inactive_file');
  const hierarchicalLimitBytes = limit('hierarchical_memory_limit');
  const isHitsOmitted = isFromDocker && usageBytes !== undefined && !Object.hasOwn(stats, 'failcnt');
  const hasNoHits = isHitsOmitted && countsHits(cgroup, hierarchicalLimitBytes, limit('hierarchical_memsw_limit'));
  return {
    cgroup,
    usageBytes,
    cacheBytes: amount(cgroup === 2 ? 'file' : 'cache'),
    rssBytes: amount(cgroup === 2 ? 'anon' : 'rss'),
    workingSetBytes: workingSet(usageBytes, inactiveBytes) ?? outer('privateworkingset'),
    hierarchicalLimitBytes,
    limitBytes: limitOf(member(stats, 'limit'), invalidValues),
    peakBytes: outer('max_usage'),
    swapBytes: amount('total_swap') ?? amount('swap'),
    kernelBytes: cgroup === 2 ? sum(amount('kernel_stack'), amount('slab')) : undefined,
    ...faults(kernel, amount),
    limitHits: hasNoHits ? 0 : outer('failcnt'),
    commitBytes: outer('commitbytes'),
    commitPeakBytes: outer('commitpeakbytes'),
  };
}

/** v1 has `cache` and the hierarchical `total_*`, v2 has `anon` and `file`. */
function cgroupVersionOf(kernel: JsonObject): 1 | 2 | undefined {
  if (Object.hasOwn(kernel, 'total_inactive_file')) return 1;
  if (Object.hasOwn(kernel, 'anon') || Object.hasOwn(kernel, 'file')) return 2;
  return Object.hasOwn(kernel, 'cache') || Object.hasOwn(kernel, 'rss') ? 1 : undefined;
}

/** As in Docker and the kubelet. The two files are read one after the other, so the difference can be negative. */
function workingSet(usage: number | undefined, inactiveFile: number | undefined): number | undefined {
  if (usage === undefined || inactiveFile === undefined) return undefined;
  return Math.max(0, usage - inactiveFile);
}

/**
 * Whether the kernel counts hits of the memory limit: not on Windows, and not on v1 if the limit of memory and swap is not
 * above that of memory. The former is then hit first, and its hits are not counted.
 */
function countsHits(cgroup: 1 | 2 | undefined, limit: number | undefined, swapLimit: number | undefined): boolean {
  if (cgroup !== 1) return cgroup === 2;
  return limit === undefined || swapLimit === undefined || swapLimit > limit;
}

type Faults = Pick<MemoryStats, 'minorFaults' | 'majorFaults'>;

/**
 * `pgfault` counts all faults, including major ones. On v1 it excludes child cgroups (a container that runs containers), and
 * `total_pgfault` includes them. On v2, `pgfault` includes them.
 */
function faults(kernel: JsonObject, amount: (key: string) => number | undefined): Faults {
  const isHierarchical = Object.hasOwn(kernel, 'total_pgfault') && Object.hasOwn(kernel, 'total_pgmajfault');
  const prefix = isHierarchical ? 'total_' : '';
  const all = amount(`${prefix}pgfault`);
  const majorFaults = amount(`${prefix}pgmajfault`);
  const isConsistent = all !== undefined && majorFaults !== undefined && all >= majorFaults;
  return { minorFaults: isConsistent ? all - majorFaults : undefined, majorFaults };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
