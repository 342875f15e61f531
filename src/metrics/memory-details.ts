import { COUNTER_GROUPS, resetTimeOf } from '../history/view.ts';
import type { MemoryStats } from '../snapshot/snapshot.ts';
import { CGROUP_1, LINUX, type MetricRow, type Platform, type Point } from './row.ts';
import type { ContainerScope } from './scope.ts';

type MemoryField = Exclude<keyof MemoryStats, 'cgroup'>;

/** An opt-in gauge in bytes. */
function detail(
  name: string,
  semconv: string,
  kind: 'gauge' | 'updowncounter',
  description: string,
  source: string,
  platforms: readonly Platform[],
  field: MemoryField,
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
    container: ({ sample }) => sample?.memory?.[field],
  };
}

/** Memory counters, and gauges that only some platforms report. */
export const MEMORY_DETAIL_ROWS = {
  mem_failures: {
    family: 'memory',
    kind: 'counter',
    valueType: 'int',
    description: 'Times the memory limit of the container was hit. Hits of the task limit are not counted.',
    note: 'On cgroup v1, reclaiming page cache counts as a hit, so the counter also grows when nothing is wrong. On v2, only out-of-memory events count.',
    source:
      'memory_stats.failcnt (from memory.events: oom on cgroup v2). If missing: 0 on EC2 and External instances, except on cgroup v1 without swap, where the kernel counts no hits; unknown elsewhere',
    stability: 'stable',
    ecs: { name: 'mem_failures' },
    semconv: { container: 'aws.ecs.container.memory.limit_hits', unit: '{hit}' },
    platforms: LINUX,
    container: (scope) => [counterPoint(scope, 'limitHits', 'limitHits')],
  },
  mem_page_faults: {
    family: 'memory',
    kind: 'counter',
    valueType: 'int',
    description: 'Page faults since the container started: minor, and major (requiring disk I/O).',
    source: 'major: total_pgmajfault (cgroup v1), pgmajfault (v2); minor: total_pgfault (v1), pgfault (v2) minus major',
    stability: 'development',
    optIn: ['ecs', 'semconv'],
    dimensions: ['faultType'],
    ecs: { name: 'mem_page_faults' },
    semconv: { container: 'container.paging.faults', unit: '{fault}' },
    platforms: LINUX,
    container: pageFaults,
  },
  // A gauge: peaks occur at different times, so they cannot be summed.
  mem_peak_bytes: detail(
    'mem_peak_bytes',
    'peak',
    'gauge',
    'Maximum memory usage since the container started, including page cache, in bytes. cgroup v1 only.',
    'memory_stats.max_usage',
    CGROUP_1,
    'peakBytes',
  ),
  mem_swap_bytes: detail(
    'mem_swap_bytes',
    'swap',
    'updowncounter',
    'Swap usage, in bytes. cgroup v1 only; current Docker versions do not report it.',
    'stats.total_swap, else stats.swap',
    CGROUP_1,
    'swapBytes',
  ),
  mem_kernel_bytes: detail(
    'mem_kernel_bytes',
    'kernel',
    'updowncounter',
    'Kernel memory charged to the container (stacks and slab caches), in bytes. cgroup v2 only.',
    'stats.kernel_stack + stats.slab',
    ['EC2 v2'],
    'kernelBytes',
  ),
  mem_commit_bytes: detail(
    'mem_commit_bytes',
    'commit',
    'updowncounter',
    'Memory committed to the processes of the container, in RAM or the page file, in bytes. Windows only.',
    'memory_stats.commitbytes',
    ['Windows'],
    'commitBytes',
  ),
  mem_commit_peak_bytes: detail(
    'mem_commit_peak_bytes',
    'commit_peak',
    'gauge',
    'Maximum committed memory since the container started, in bytes. Windows only.',
    'memory_stats.commitpeakbytes',
    ['Windows'],
    'commitPeakBytes',
  ),
} as const satisfies Record<string, MetricRow>;

function counterPoint(
  scope: ContainerScope,
  group: 'faults' | 'limitHits',
  counter: 'minorFaults' | 'majorFaults' | 'limitHits',
  dimensions?: Point['dimensions'],
): Point {
  const startTimeNs = resetTimeOf(scope, COUNTER_GROUPS[group], counter);
  return { value: scope.sample?.memory?.[counter], dimensions, startTimeNs };
}

function pageFaults(scope: ContainerScope): readonly Point[] {
  return [
    counterPoint(scope, 'faults', 'minorFaults', { faultType: 'minor' }),
    counterPoint(scope, 'faults', 'majorFaults', { faultType: 'major' }),
  ];
}
