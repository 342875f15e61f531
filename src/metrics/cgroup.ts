import type { TaskCgroup, TaskCgroupCounter } from '../snapshot/snapshot.ts';
import { divide } from './arithmetic.ts';
import { byReason } from './exporter-rows.ts';
import { EC2, type MetricRow, type Point } from './row.ts';

/**
 * What the kernel counts for the task as a whole, read from the cgroup file system of the host (--cgroup-root). The ECS
 * agent puts the task's CPU and memory limits on this cgroup, so that throttling shows here and nowhere else:
 * https://github.com/aws/amazon-ecs-agent/issues/4473
 */
export const TASK_CGROUP_ROWS = {
  cgroup_cpu_periods: {
    family: 'cgroup',
    kind: 'counter',
    valueType: 'int',
    description: 'Enforcement periods of the CPU quota of the task; absent where it has none.',
    source: 'cpu.stat: nr_periods',
    stability: 'stable',
    ecs: { name: 'cgroup_cpu_periods' },
    semconv: { task: 'aws.ecs.task.cpu.throttling.periods', unit: '{period}' },
    platforms: EC2,
    task: ({ cgroup }) => throttling(cgroup, 'periods'),
  },
  cgroup_cpu_throttled_periods: {
    family: 'cgroup',
    kind: 'counter',
    valueType: 'int',
    description: 'Enforcement periods in which the CPU quota of the task throttled it.',
    source: 'cpu.stat: nr_throttled',
    stability: 'stable',
    ecs: { name: 'cgroup_cpu_throttled_periods' },
    semconv: { task: 'aws.ecs.task.cpu.throttling.throttled_periods', unit: '{period}' },
    platforms: EC2,
    task: ({ cgroup }) => throttling(cgroup, 'throttledPeriods'),
  },
  cgroup_cpu_throttled_seconds: {
    family: 'cgroup',
    kind: 'counter',
    valueType: 'double',
    description:
      'Time that the CPU quota of the task throttled it, in seconds: the sum over the CPUs, so it may go faster than the clock.',
    source: 'cpu.stat: throttled_time / 1e9 (cgroup v1), throttled_usec / 1e6 (v2)',
    stability: 'stable',
    ecs: { name: 'cgroup_cpu_throttled_seconds' },
    semconv: { task: 'aws.ecs.task.cpu.throttling.throttled_time', unit: 's' },
    platforms: EC2,
    task: ({ cgroup }) => throttling(cgroup, 'throttledNs', 1e9),
  },
  cgroup_cpu_quota_cores: {
    family: 'cgroup',
    kind: 'gauge',
    valueType: 'double',
    description: 'The CPU quota that the kernel enforces on the task, in cores; absent where it has none.',
    source: 'cpu.cfs_quota_us / cpu.cfs_period_us (cgroup v1), cpu.max (v2)',
    stability: 'stable',
    ecs: { name: 'cgroup_cpu_quota_cores' },
    semconv: { task: 'aws.ecs.task.cpu.quota', unit: '{cpu}' },
    platforms: EC2,
    task: ({ cgroup }) => cgroup?.quotaCores,
  },
  cgroup_cpu_usage_seconds: {
    family: 'cgroup',
    kind: 'counter',
    valueType: 'double',
    description:
      'CPU time used since the task started, in seconds, by the kernel: containers that the exporter never saw, and those of ECS, included.',
    source: 'cpuacct.usage / 1e9 (cgroup v1), cpu.stat: usage_usec / 1e6 (v2)',
    stability: 'stable',
    ecs: { name: 'cgroup_cpu_usage_seconds' },
    semconv: { task: 'aws.ecs.task.cgroup.cpu.time', unit: 's' },
    platforms: EC2,
    task: ({ cgroup }) => counter(cgroup, 'cpuNs', 1e9),
  },
  cgroup_mem_usage_bytes: {
    family: 'cgroup',
    kind: 'gauge',
    valueType: 'int',
    description:
      'Memory that counts against the limit of the task, in bytes: with what no container is charged for any more, such as page cache that ended ones left behind.',
    source: 'memory.usage_in_bytes (cgroup v1), memory.current (v2)',
    stability: 'stable',
    ecs: { name: 'cgroup_mem_usage_bytes' },
    semconv: { task: 'aws.ecs.task.cgroup.memory.usage', unit: 'By', kind: 'updowncounter' },
    platforms: EC2,
    task: ({ cgroup }) => cgroup?.memoryBytes,
  },
  cgroup_mem_peak_bytes: {
    family: 'cgroup',
    kind: 'gauge',
    valueType: 'int',
    description: 'The most memory that the task has ever had, in bytes. On cgroup v2 since Linux 5.19.',
    source: 'memory.max_usage_in_bytes (cgroup v1), memory.peak (v2)',
    stability: 'stable',
    ecs: { name: 'cgroup_mem_peak_bytes' },
    semconv: { task: 'aws.ecs.task.cgroup.memory.peak', unit: 'By' },
    platforms: EC2,
    task: ({ cgroup }) => cgroup?.memoryPeakBytes,
  },
  cgroup_mem_limit_bytes: {
    family: 'cgroup',
    kind: 'gauge',
    valueType: 'int',
    description: 'The memory limit that the kernel enforces on the task, in bytes; absent where it has none.',
    source: 'memory.limit_in_bytes (cgroup v1), memory.max (v2)',
    stability: 'stable',
    ecs: { name: 'cgroup_mem_limit_bytes' },
    semconv: { task: 'aws.ecs.task.cgroup.memory.limit', unit: 'By', kind: 'updowncounter' },
    platforms: EC2,
    task: ({ cgroup }) => cgroup?.memoryLimitBytes,
  },
  cgroup_mem_limit_hits: {
    family: 'cgroup',
    kind: 'counter',
    valueType: 'int',
    description:
      'Times that memory was about to go over the limit of the task (on cgroup v2 also over that of one of its containers) and had to be taken back first.',
    source: 'memory.failcnt (cgroup v1), memory.events: max (v2)',
    stability: 'stable',
    ecs: { name: 'cgroup_mem_limit_hits' },
    semconv: { task: 'aws.ecs.task.cgroup.memory.limit_hits', unit: '{hit}' },
    platforms: EC2,
    task: ({ cgroup }) => counter(cgroup, 'memoryLimitHits'),
  },
  cgroup_oom_kills: {
    family: 'cgroup',
    kind: 'counter',
    valueType: 'int',
    description:
      'Processes of the task that the kernel killed for want of memory. On cgroup v1 without those that took their container along, whose count goes with it.',
    source: 'memory.oom_control: oom_kill, the sum over the containers (cgroup v1); memory.events: oom_kill (v2)',
    stability: 'stable',
    ecs: { name: 'cgroup_oom_kills' },
    semconv: { task: 'aws.ecs.task.cgroup.oom_kills', unit: '{kill}' },
    platforms: EC2,
    task: ({ cgroup }) => counter(cgroup, 'oomKills'),
  },
  exporter_cgroup_failures: {
    family: 'exporter',
    kind: 'counter',
    valueType: 'int',
    description:
      'Polls at which values of the cgroup of the task could not be read since the exporter started, by reason. Only with --cgroup-root.',
    source: 'counted',
    stability: 'stable',
    dimensions: ['reason'],
    ecs: { name: 'exporter_cgroup_failures' },
    semconv: { exporter: 'aws.ecs.exporter.cgroup.failures', unit: '{failure}' },
    platforms: EC2,
    exporter: ({ polls }) => byReason(polls.cgroupFailures),
  },
} as const satisfies Record<string, MetricRow>;

/** A counter that fell began again; the others began with the task. */
function counter(cgroup: TaskCgroup | undefined, name: TaskCgroupCounter, unit = 1): readonly Point[] {
  return cgroup === undefined ? [] : [{ value: divide(cgroup[name], unit), startTimeNs: cgroup.startTimeNs?.[name] }];
}

/** Without a quota nothing is ever throttled: a 0 would speak of a limit that is not there. */
function throttling(cgroup: TaskCgroup | undefined, name: TaskCgroupCounter, unit = 1): readonly Point[] {
  const hasQuota = cgroup?.quotaCores !== undefined || (cgroup?.periods ?? 0) > 0;
  return hasQuota ? counter(cgroup, name, unit) : [];
}
