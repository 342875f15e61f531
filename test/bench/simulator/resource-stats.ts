import type { ContainerLoad } from './load-model.ts';

/** CPUs of the micro VM; more than the task's 1 vCPU, as on Fargate. */
export const ONLINE_CPUS = 2;

/** "No limit" in cgroup v1 on Fargate. */
export const UNLIMITED_BYTES = 2 ** 63 - 4096;

const PAGE_BYTES = 4096;
/** cgroup v1 and /proc/stat count user, system and host time in ticks of 10 ms. */
const TICK_NS = 1e7;
const DEVICE = { major: 259, minor: 1 };

/** Uptime of the host when the task started. */
const HOST_AGE_S = 41;

/** `cpu_stats` after `usedS` CPU seconds, `taskS` seconds after the task's start. */
export function cpuStats(usedS: number, taskS: number) {
  const totalNs = Math.floor(usedS * 1e9);
  const firstNs = Math.floor(totalNs * 0.55);
  return {
    cpu_usage: {
      total_usage: totalNs,
      percpu_usage: [firstNs, totalNs - firstNs],
      usage_in_kernelmode: Math.floor((totalNs * 0.2) / TICK_NS) * TICK_NS,
      usage_in_usermode: Math.floor((totalNs * 0.8) / TICK_NS) * TICK_NS,
    },
    system_cpu_usage: Math.floor(((taskS + HOST_AGE_S) * ONLINE_CPUS * 1e9) / TICK_NS) * TICK_NS,
    online_cpus: ONLINE_CPUS,
    // The quota is set on the task's cgroup, so containers report no throttling (aws/amazon-ecs-agent#4473).
    throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
  };
}

/** `precpu_stats` of a run's first sample. */
export function noCpuStats() {
  return {
    cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
    throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
  };
}

/**
 * `memory_stats` at the age of `ageS`, cgroup v1.
 *
 * @param limitBytes the limit of the container, if it has one
 * @param taskLimitBytes the limit of the parent cgroup, which applies otherwise
 */
export function memoryStats(
  load: ContainerLoad['memory'],
  ageS: number,
  limitBytes: number | undefined,
  taskLimitBytes: number,
) {
  const peakRss = pages(load.peakRssBytes(ageS));
  const rss = pages(peakRss * (1 - load.slack(ageS)));
  const cache = pages(load.cacheBytes(ageS));
  const kernel = 384 * PAGE_BYTES;
  const activeAnon = pages(rss * 0.7);
  const activeFile = pages(cache * 0.35);
  const faults = Math.floor(90 * ageS);
  const own = {
    active_anon: activeAnon,
    active_file: activeFile,
    cache,
    dirty: pages(cache * 0.01),
    inactive_anon: rss - activeAnon,
    inactive_file: cache - activeFile,
    mapped_file: pages(cache * 0.3),
    pgfault: peakRss / PAGE_BYTES + faults,
    pgmajfault: Math.floor(ageS / 900),
    pgpgin: (peakRss + cache) / PAGE_BYTES + faults,
    pgpgout: faults,
    rss,
    rss_huge: 0,
    unevictable: 0,
    writeback: 0,
  };
  return {
    usage: rss + cache + kernel,
    max_usage: peakRss + cache + kernel,
    stats: {
      ...own,
      hierarchical_memory_limit: limitBytes ?? taskLimitBytes,
      hierarchical_memsw_limit: UNLIMITED_BYTES,
      total_active_anon: own.active_anon,
      total_active_file: own.active_file,
      total_cache: own.cache,
      total_dirty: own.dirty,
      total_inactive_anon: own.inactive_anon,
      total_inactive_file: own.inactive_file,
      total_mapped_file: own.mapped_file,
      total_pgfault: own.pgfault,
      total_pgmajfault: own.pgmajfault,
      total_pgpgin: own.pgpgin,
      total_pgpgout: own.pgpgout,
      total_rss: own.rss,
      total_rss_huge: own.rss_huge,
      total_unevictable: own.unevictable,
      total_writeback: own.writeback,
    },
    limit: limitBytes ?? UNLIMITED_BYTES,
  };
}

/** `blkio_stats`; without I/O its lists are empty. */
export function blkioStats(total: { readBytes: number; writtenBytes: number } | undefined) {
  return {
    io_service_bytes_recursive: total === undefined ? [] : rows(pages(total.readBytes), pages(total.writtenBytes)),
    io_serviced_recursive:
      total === undefined ? [] : rows(Math.floor(total.readBytes / 32_768), Math.floor(total.writtenBytes / 16_384)),
    io_queue_recursive: [],
    io_service_time_recursive: [],
    io_wait_time_recursive: [],
    io_merged_recursive: [],
    io_time_recursive: [],
    sectors_recursive: [],
  };
}

/** Reads are synchronous, writes go through the page cache; Read + Write = Sync + Async = Total. */
function rows(read: number, write: number) {
  const byOp = { Read: read, Write: write, Sync: read, Async: write, Discard: 0, Total: read + write };
  return Object.entries(byOp).map(([op, value]) => ({ ...DEVICE, op, value }));
}

function pages(bytes: number): number {
  return Math.floor(bytes / PAGE_BYTES) * PAGE_BYTES;
}
