import { availableParallelism } from 'node:os';
import { at, listAt, numberAt, textAt } from '../real/json.ts';
import type { InterfaceCounters, KernelReading } from '../real/kernel-reading.ts';

/** A value that is read from the kernel, the engine and the page. */
export interface ComparedValue {
  readonly metric: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly kernel: (reading: KernelReading) => number;
  /** From the engine's statistics document. */
  readonly engine: (document: unknown) => number;
  /** Tolerance around the range of the two kernel readings. */
  readonly slack?: number;
  /** Containers to compare. @default all */
  readonly in?: readonly string[];
}

/** Tolerance for decimal fractions that a double cannot represent: one nanosecond, in seconds. */
export const ROUNDING = 1e-9;

/**
 * The kernel charges memory in batches of 64 pages for each CPU (MEMCG_CHARGE_BATCH in include/linux/memcontrol.h), and
 * flushes memory.stat only beyond that amount, so readings of an idle container can differ by as much.
 */
const MEMORY_SLACK_BYTES = 64 * 4096 * availableParallelism();

/** Containers whose memory and processes are constant. */
const CALM = ['busy', 'holder', 'restarted', 'leaver', 'late'];

export const COMPARED_VALUES: readonly ComparedValue[] = [
  {
    metric: 'ecs_task_cpu_usage_seconds_total',
    kernel: (reading) => reading.cpuNs / 1e9,
    engine: (document) => numberAt(document, 'cpu_stats', 'cpu_usage', 'total_usage') / 1e9,
    slack: ROUNDING,
  },
  cpuMode('user', 'userNs', 'usage_in_usermode'),
  cpuMode('system', 'systemNs', 'usage_in_kernelmode'),
  throttling('periods', 'periods'),
  throttling('throttled_periods', 'throttledPeriods'),
  throttling('throttled_time', 'throttledNs'),
  memory('usage', (reading) => reading.usageBytes, engineUsage),
  memory(
    'cache',
    (reading) => reading.cacheBytes,
    (document) => memoryStat(document, 'cache', 'file'),
  ),
  memory(
    'rss_bytes',
    (reading) => reading.rssBytes,
    (document) => memoryStat(document, 'rss', 'anon'),
  ),
  memory(
    'working_set_bytes',
    (reading) => reading.usageBytes - reading.inactiveFileBytes,
    (document) => engineUsage(document) - memoryStat(document, 'total_inactive_file', 'inactive_file'),
  ),
  {
    metric: 'ecs_task_pids',
    kernel: (reading) => reading.pids,
    engine: (document) => numberAt(document, 'pids_stats', 'current'),
    in: CALM,
  },
  disk('written_bytes', 'writtenBytes', 'write'),
  disk('read_bytes', 'readBytes', 'read'),
  network('rx_bytes', 'rxBytes'),
  network('tx_bytes', 'txBytes'),
  network('rx_packets', 'rxPackets'),
  network('tx_packets', 'txPackets'),
];

function cpuMode(mode: string, counter: 'userNs' | 'systemNs', name: string): ComparedValue {
  return {
    metric: `ecs_task_cpu_${mode}_seconds_total`,
    kernel: (reading) => reading[counter] / 1e9,
    engine: (document) => numberAt(document, 'cpu_stats', 'cpu_usage', name) / 1e9,
    slack: ROUNDING,
  };
}

function throttling(name: string, counter: keyof KernelReading['throttling']): ComparedValue {
  return {
    metric: `ecs_task_cpu_throttle_${name}`,
    kernel: (reading) => reading.throttling[counter],
    engine: (document) => numberAt(document, 'cpu_stats', 'throttling_data', name),
    in: ['busy'],
  };
}

function memory(
  name: string,
  kernel: (reading: KernelReading['memory']) => number,
  engine: (document: unknown) => number,
): ComparedValue {
  return {
    metric: `ecs_task_mem_${name}`,
    kernel: (reading) => kernel(reading.memory),
    engine,
    slack: MEMORY_SLACK_BYTES,
    in: CALM,
  };
}

function engineUsage(document: unknown): number {
  return numberAt(document, 'memory_stats', 'usage');
}

/** The name differs between cgroup v1 and v2. */
function memoryStat(document: unknown, version1: string, version2: string): number {
  const stats = at(document, 'memory_stats', 'stats');
  return numberAt(stats, at(stats, version1) === undefined ? version2 : version1);
}

function disk(name: string, counter: keyof KernelReading['disk'], operation: string): ComparedValue {
  return {
    metric: `ecs_task_disk_${name}_total`,
    kernel: (reading) => reading.disk[counter],
    engine: (document) =>
      listAt(document, 'blkio_stats', 'io_service_bytes_recursive')
        .filter((entry) => textAt(entry, 'op').toLowerCase() === operation)
        .reduce((sum: number, entry) => sum + numberAt(entry, 'value'), 0),
    in: ['writer'],
  };
}

function network(name: string, counter: keyof InterfaceCounters): ComparedValue {
  return {
    metric: `ecs_task_network_${name}_total`,
    labels: { iface: 'eth0' },
    kernel: (reading) => reading.network.get('eth0')?.[counter] ?? Number.NaN,
    engine: (document) => numberAt(document, 'networks', 'eth0', name),
  };
}
