import { amountOf, type InvalidValues, type JsonObject, limitOf, member, objectOf } from './values.ts';

export interface MemoryStats {
  /** Which hierarchy the kernel's names came from; undefined where nothing tells (Windows, empty). */
  readonly cgroup?: 1 | 2 | undefined;
  /** Includes the page cache. */
  readonly usageBytes?: number | undefined;
  readonly cacheBytes?: number | undefined;
  readonly rssBytes?: number | undefined;
  /** Usage without the inactive page cache, never below 0: what the kernel cannot simply take back. */
  readonly workingSetBytes?: number | undefined;
  /** v1 only: the smallest limit on the way up to the root, so it includes the task's. */
  readonly hierarchicalLimitBytes?: number | undefined;
  /** The container's own limit; where it has none, EC2 gives the host's memory here. */
  readonly limitBytes?: number | undefined;
  /** The highest that usage has been. v1 only. */
  readonly peakBytes?: number | undefined;
  /** v1 only, and of old dockers alone. */
  readonly swapBytes?: number | undefined;
  /** Kernel stacks and slab caches. v2 only. */
  readonly kernelBytes?: number | undefined;
  /** Since the container started: page faults that needed no disk, and those that did. */
  readonly minorFaults?: number | undefined;
  readonly majorFaults?: number | undefined;
  /** How often the container's own limit was hit: on v2 only where that was out of memory. */
  readonly limitHits?: number | undefined;
  /** Windows: what is promised to processes, in memory or page file, and the highest that it has been. */
  readonly commitBytes?: number | undefined;
  readonly commitPeakBytes?: number | undefined;
}

/**
 * `memory_stats`, whose inner names differ between cgroup v1 (`cache`, `rss`, `total_*`) and v2 (`file`, `anon`), and on
 * Windows. A missing member is unknown, not zero.
 *
 * @param isOfDocker whether docker itself made the document: it fills `failcnt` from either cgroup, so that a missing one is
 *   a 0 there (https://github.com/moby/moby/blob/master/daemon/stats_unix.go).
 * @see https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html#memory
 */
export function parseMemory(
  value: unknown,
  isOfDocker: boolean,
  invalidValues: InvalidValues,
): MemoryStats | undefined {
  const stats = objectOf(value, invalidValues);
  if (stats === undefined) return undefined;
  const kernel = objectOf(member(stats, 'stats'), invalidValues) ?? {};
  const cgroup = hierarchyOf(kernel);
  const outer = (key: string): number | undefined => amountOf(member(stats, key), invalidValues);
  const amount = (key: string): number | undefined => amountOf(member(kernel, key), invalidValues);
  const limit = (key: string): number | undefined => limitOf(member(kernel, key), invalidValues);
  const usageBytes = outer('usage');
  const inactiveBytes = cgroup === 2 ? amount('inactive_file') : amount('total_inactive_file');
  const hierarchicalLimitBytes = limit('hierarchical_memory_limit');
  const isSilent = isOfDocker && usageBytes !== undefined && !Object.hasOwn(stats, 'failcnt');
  const hasNoHits = isSilent && countsHits(cgroup, hierarchicalLimitBytes, limit('hierarchical_memsw_limit'));
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

/** v2 has `anon` and `file` and no `total_*`; v1 has the `total_*` of its hierarchy, and `cache`. */
function hierarchyOf(kernel: JsonObject): 1 | 2 | undefined {
  if (Object.hasOwn(kernel, 'total_inactive_file')) return 1;
  if (Object.hasOwn(kernel, 'anon') || Object.hasOwn(kernel, 'file')) return 2;
  return Object.hasOwn(kernel, 'cache') || Object.hasOwn(kernel, 'rss') ? 1 : undefined;
}

/** As docker and the kubelet have it; the two files are read one after the other, so the difference can be below 0. */
function workingSet(usage: number | undefined, inactiveFile: number | undefined): number | undefined {
  if (usage === undefined || inactiveFile === undefined) return undefined;
  return Math.max(0, usage - inactiveFile);
}

/**
 * Whether the kernel counts hits of the memory limit at all: not on Windows, and not on v1 where memory and swap together
 * may be no more than memory alone. That limit is hit first then, and such hits are counted nowhere.
 */
function countsHits(cgroup: 1 | 2 | undefined, limit: number | undefined, withSwap: number | undefined): boolean {
  if (cgroup !== 1) return cgroup === 2;
  return limit === undefined || withSwap === undefined || withSwap > limit;
}

type Faults = Pick<MemoryStats, 'minorFaults' | 'majorFaults'>;

/**
 * The kernel's `pgfault` is of all faults, the major ones too. v1 counts those of the cgroup alone there and those of its
 * children as well (a container that runs containers) in `total_pgfault`; v2 has no other than the latter.
 */
function faults(kernel: JsonObject, amount: (key: string) => number | undefined): Faults {
  const isWhole = Object.hasOwn(kernel, 'total_pgfault') && Object.hasOwn(kernel, 'total_pgmajfault');
  const prefix = isWhole ? 'total_' : '';
  const all = amount(`${prefix}pgfault`);
  const majorFaults = amount(`${prefix}pgmajfault`);
  const canBe = all !== undefined && majorFaults !== undefined && all >= majorFaults;
  return { minorFaults: canBe ? all - majorFaults : undefined, majorFaults };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
