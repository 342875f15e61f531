import type { TaskCgroup, TaskCgroupCounter } from '../snapshot/snapshot.ts';
import { divide } from './arithmetic.ts';
import { byReason } from './exporter-rows.ts';
import { EC2, type MetricRow, type Point } from './row.ts';

/**
 * Values of the task cgroup, from the cgroup file system of the host (--cgroup-root). The ECS agent sets the CPU and memory
 * limits of the task on this cgroup, so only this cgroup counts throttling.
 *
 * @see https://github.com/aws/amazon-ecs-agent/issues/4473
 */
export const TASK_CGROUP_ROWS = {
  cgroup_cpu_periods: {
    family: 'cgroup',
    kind: 'counter',
    valueType: 'int',
    description: 'Enforcement periods of the CPU quota of the task. Absent without a quota.',
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
    description: 'Enforcement periods in which the task was throttled by its CPU quota.',
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
      'Time for which the task was throttled by its CPU quota, summed over CPUs, in seconds. It can grow faster than real time.',
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
    description: 'CPU quota of the task as enforced by the kernel, in cores. Absent without a quota.',
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
    description: 'CPU time consumed since the task started, as counted by the kernel, in seconds.',
    note: 'Includes internal containers of ECS and containers that the exporter never sampled.',
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
    description: 'Memory charged to the task, in bytes.',
    note: 'Includes memory that is no longer charged to a container, such as page cache left by stopped containers.',
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
    description: 'Maximum memory usage of the task since it started, in bytes. On cgroup v2, requires Linux 5.19.',
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
    description: 'Memory limit of the task as enforced by the kernel, in bytes. Absent without a limit.',
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
    description: 'Number of times the kernel had to reclaim memory because the task reached its memory limit.',
    note: 'On cgroup v2, hits of container limits count too.',
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
      'Processes of the task that were OOM-killed. On cgroup v1, a kill that stopped its container is not counted.',
    source: 'memory.oom_control: oom_kill, summed over the containers (cgroup v1); memory.events: oom_kill (v2)',
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
    description: 'Polls that failed to read values from the task cgroup, by reason. Only with --cgroup-root.',
    source: 'counted',
    stability: 'stable',
    dimensions: ['reason'],
    ecs: { name: 'exporter_cgroup_failures' },
    semconv: { exporter: 'aws.ecs.exporter.cgroup.failures', unit: '{failure}' },
    platforms: EC2,
    exporter: ({ polls }) => byReason(polls.cgroupFailures),
  },
} as const satisfies Record<string, MetricRow>;

/** The start time is that of the reset if the counter was reset, otherwise that of the task. */
function counter(cgroup: TaskCgroup | undefined, name: TaskCgroupCounter, unit = 1): readonly Point[] {
  return cgroup === undefined ? [] : [{ value: divide(cgroup[name], unit), startTimeNs: cgroup.startTimeNs?.[name] }];
}

/** Absent without a quota: exporting 0 would imply a limit. */
function throttling(cgroup: TaskCgroup | undefined, name: TaskCgroupCounter, unit = 1): readonly Point[] {
  const hasQuota = cgroup?.quotaCores !== undefined || (cgroup?.periods ?? 0) > 0;
  return hasQuota ? counter(cgroup, name, unit) : [];
}
