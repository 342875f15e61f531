import { COUNTER_GROUPS, resetOf } from '../history/view.ts';
import type { MemoryStats } from '../snapshot/snapshot.ts';
import { CGROUP_1, LINUX, type MetricRow, type Platform, type Point } from './row.ts';
import type { ContainerScope } from './scope.ts';

type Detail = Exclude<keyof MemoryStats, 'cgroup'>;

/** A level of a container that few ask for. */
function detail(
  name: string,
  semconv: string,
  kind: 'gauge' | 'updowncounter',
  description: string,
  source: string,
  platforms: readonly Platform[],
  level: Detail,
): MetricRow {
  return {
    family: 'memory',
    kind: 'gauge',
    valueType: 'int',
    description,
    source,
    stability: 'stable',
    optIn: ['ecs', 'semconv'],
    ecs: { name },
    semconv: { container: `aws.ecs.container.memory.${semconv}`, unit: 'By', kind },
    platforms,
    container: ({ sample }) => sample?.memory?.[level],
  };
}

/** What the kernel counts beside the levels of memory, and levels that only some platforms have. */
export const MEMORY_DETAIL_ROWS = {
  mem_failures: {
    family: 'memory',
    kind: 'counter',
    valueType: 'int',
    description:
      'Times that the memory limit of the container itself was hit: on cgroup v1 also where page cache was given back, on v2 only when out of memory. Hits of the limit of the task are not counted.',
    source:
      'memory_stats.failcnt (cgroup v2: oom of memory.events); a missing one is 0 on EC2 and External instances, but for cgroup v1 without swap, which counts none, and unknown elsewhere',
    stability: 'stable',
    ecs: { name: 'mem_failures' },
    semconv: { container: 'aws.ecs.container.memory.limit_hits', unit: '{hit}' },
    platforms: LINUX,
    container: (scope) => [counted(scope, 'limitHits', 'limitHits')],
  },
  mem_page_faults: {
    family: 'memory',
    kind: 'counter',
    valueType: 'int',
    description: 'Page faults since the container started: minor ones, and major ones, which had to wait for a disk.',
    source:
      'major: total_pgmajfault (cgroup v1), pgmajfault (v2); minor: total_pgfault (v1), pgfault (v2) without the major ones',
    stability: 'development',
    optIn: ['ecs', 'semconv'],
    dimensions: ['faultType'],
    ecs: { name: 'mem_page_faults' },
    semconv: { container: 'container.paging.faults', unit: '{fault}' },
    platforms: LINUX,
    container: pageFaults,
  },
  // Peaks are of different moments and do not add up: OpenTelemetry has gauges for that.
  mem_peak_bytes: detail(
    'mem_peak_bytes',
    'peak',
    'gauge',
    'The most memory that the container had in use since it started, page cache included, in bytes. cgroup v1 only.',
    'memory_stats.max_usage',
    CGROUP_1,
    'peakBytes',
  ),
  mem_swap_bytes: detail(
    'mem_swap_bytes',
    'swap',
    'updowncounter',
    'Memory of the container that is swapped out, in bytes. cgroup v1 only, and not from the dockers of today, which do not tell.',
    'stats.total_swap, else stats.swap',
    CGROUP_1,
    'swapBytes',
  ),
  mem_kernel_bytes: detail(
    'mem_kernel_bytes',
    'kernel',
    'updowncounter',
    'Memory that the kernel holds for the container as stacks and slab caches, in bytes. cgroup v2 only.',
    'stats.kernel_stack + stats.slab',
    ['EC2 v2'],
    'kernelBytes',
  ),
  mem_commit_bytes: detail(
    'mem_commit_bytes',
    'commit',
    'updowncounter',
    'Memory that is promised to the processes of the container, in memory or page file, in bytes. Windows only.',
    'memory_stats.commitbytes',
    ['Windows'],
    'commitBytes',
  ),
  mem_commit_peak_bytes: detail(
    'mem_commit_peak_bytes',
    'commit_peak',
    'gauge',
    'The most memory that was promised to the processes of the container since it started, in bytes. Windows only.',
    'memory_stats.commitpeakbytes',
    ['Windows'],
    'commitPeakBytes',
  ),
} as const satisfies Record<string, MetricRow>;

function counted(
  scope: ContainerScope,
  group: 'faults' | 'limitHits',
  counter: 'minorFaults' | 'majorFaults' | 'limitHits',
  dimensions?: Point['dimensions'],
): Point {
  const startTimeNs = resetOf(scope, COUNTER_GROUPS[group], counter);
  return { value: scope.sample?.memory?.[counter], dimensions, startTimeNs };
}

function pageFaults(scope: ContainerScope): readonly Point[] {
  return [
    counted(scope, 'faults', 'minorFaults', { faultType: 'minor' }),
    counted(scope, 'faults', 'majorFaults', { faultType: 'major' }),
  ];
}
