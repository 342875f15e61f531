import { COUNTER_GROUPS, isHeld, resetTimeOf } from '../history/view.ts';
import { completeSum, divide, increase, zeroIfStopped } from './arithmetic.ts';
import { CPU_TIME_ROWS } from './cpu-time.ts';
import { coresOf, ratioOf, usageRatio } from './cpu-usage.ts';
import { cpuLimitCores, cpuReservationCores, taskCpuCores } from './limits.ts';
import { CGROUP_1, LINUX, type MetricRow, type Point } from './row.ts';
import type { ContainerScope } from './scope.ts';

export const CPU_ROWS = {
  cpu_usage_ratio: {
    family: 'cpu',
    kind: 'gauge',
    valueType: 'double',
    description:
      'CPU usage over the last interval as a fraction of the limit (1 = 100%), or of all host CPUs if no limit is set.',
    source:
      'd(total_usage) / d(system_cpu_usage) x online_cpus / cpu_limit_cores, rounded to 4 digits. Windows: d(total_usage) / d(read) / cpu_limit_cores, or / num_procs if no limit is set',
    stability: 'compatible',
    ecs: { name: 'cpu_usage_ratio', isRounded: true },
    container: ({ info, taskScope, cpuUsage }) => ratioOf(cpuUsage(), cpuLimitCores(info, taskScope.task)),
    task: (scope) =>
      completeSum(scope, ({ cpuUsage }) => ratioOf(cpuUsage(), taskCpuCores(scope.task))) ?? zeroIfStopped(scope),
  },
  cpu_reservation_utilization: {
    family: 'cpu',
    kind: 'gauge',
    valueType: 'double',
    description:
      'CPU usage over the last interval as a fraction of the CPU reservation (1 = 100%). Above 1 while the container uses idle CPU.',
    source: 'd(total_usage) / d(read) / (Limits.CPU / 1024)',
    stability: 'stable',
    semconv: { container: 'aws.ecs.container.cpu.reservation_utilization', unit: '1' },
    container: ({ info, cpuUsage }) => divide(coresOf(cpuUsage()), cpuReservationCores(info)),
  },
  cpu_limit_utilization: {
    family: 'cpu',
    kind: 'gauge',
    valueType: 'double',
    description:
      'CPU usage over the last interval as a fraction of the CPU limit of the task (1 = 100%), or of all host CPUs if it has no limit.',
    source:
      'd(total_usage) / d(read) / Limits.CPU of the task, else / online_cpus; for the task: summed over its containers',
    stability: 'stable',
    semconv: {
      container: 'aws.ecs.container.cpu.limit_utilization',
      task: 'aws.ecs.task.cpu.limit_utilization',
      unit: '1',
    },
    container: ({ taskScope, cpuUsage }) => divide(coresOf(cpuUsage()), taskScope.cpus()),
    task: (scope) => divide(scope.cpuCores(), scope.cpus()),
  },
  percpu_usage_ratio: {
    family: 'cpu',
    kind: 'gauge',
    valueType: 'double',
    description: 'Contribution of one CPU to cpu_usage_ratio. CPUs that were never used are omitted. cgroup v1 only.',
    source: 'd(percpu_usage[i]), scaled like cpu_usage_ratio',
    stability: 'compatible',
    dimensions: ['cpu'],
    ecs: { name: 'percpu_usage_ratio', isRounded: true },
    platforms: CGROUP_1,
    container: perCpuRatios,
  },
  cpu_kernelmode: {
    family: 'cpu',
    kind: 'gauge',
    valueType: 'int',
    description: 'CPU time spent in kernel mode over the last interval, in nanoseconds.',
    source: 'd(usage_in_kernelmode)',
    stability: 'compatible',
    ecs: { name: 'cpu_kernelmode' },
    container: ({ previousCpu, sample }) => increase(previousCpu?.cpu.kernelNs, sample?.cpu?.kernelNs),
  },
  cpu_usermode: {
    family: 'cpu',
    kind: 'gauge',
    valueType: 'int',
    description: 'CPU time spent in user mode over the last interval, in nanoseconds.',
    source: 'd(usage_in_usermode)',
    stability: 'compatible',
    ecs: { name: 'cpu_usermode' },
    container: ({ previousCpu, sample }) => increase(previousCpu?.cpu.userNs, sample?.cpu?.userNs),
  },
  cpu_throttle_periods: {
    family: 'cpu',
    kind: 'gauge',
    valueType: 'int',
    description:
      'CPU quota enforcement periods since the container started. Always 0 on ECS, which sets the quota on the task cgroup.',
    source: 'throttling_data.periods',
    stability: 'compatible',
    ecs: { name: 'cpu_throttle_periods' },
    container: ({ sample }) => sample?.cpu?.throttlePeriods,
  },
  cpu_throttle_throttled_periods: {
    family: 'cpu',
    kind: 'gauge',
    valueType: 'int',
    description:
      'Enforcement periods since the container started in which it was throttled. Always 0 on ECS, which sets the quota on the task cgroup.',
    source: 'throttling_data.throttled_periods',
    stability: 'compatible',
    ecs: { name: 'cpu_throttle_throttled_periods' },
    container: ({ sample }) => sample?.cpu?.throttledPeriods,
  },
  cpu_throttle_throttled_time: {
    family: 'cpu',
    kind: 'gauge',
    valueType: 'int',
    description:
      'Throttled time since the container started, in nanoseconds. Always 0 on ECS, which sets the quota on the task cgroup.',
    source: 'throttling_data.throttled_time',
    stability: 'compatible',
    ecs: { name: 'cpu_throttle_throttled_time' },
    container: ({ sample }) => sample?.cpu?.throttledNs,
  },
  throttling_periods: {
    family: 'cpu',
    kind: 'counter',
    valueType: 'int',
    description: 'Enforcement periods of the CPU quota of the container. Absent if the container has no quota.',
    source: 'throttling_data.periods, once above 0',
    stability: 'stable',
    semconv: { container: 'aws.ecs.container.cpu.throttling.periods', unit: '{period}' },
    platforms: LINUX,
    container: (scope) => ownQuota(scope, 'throttlePeriods'),
  },
  throttling_throttled_periods: {
    family: 'cpu',
    kind: 'counter',
    valueType: 'int',
    description: 'Enforcement periods in which the container was throttled by its CPU quota.',
    source: 'throttling_data.throttled_periods, once periods is above 0',
    stability: 'stable',
    semconv: { container: 'aws.ecs.container.cpu.throttling.throttled_periods', unit: '{period}' },
    platforms: LINUX,
    container: (scope) => ownQuota(scope, 'throttledPeriods'),
  },
  throttling_throttled_time: {
    family: 'cpu',
    kind: 'counter',
    valueType: 'double',
    description: 'Time for which the container was throttled by its CPU quota.',
    source: 'throttling_data.throttled_time / 1e9, once periods is above 0',
    stability: 'stable',
    semconv: { container: 'aws.ecs.container.cpu.throttling.throttled_time', unit: 's' },
    platforms: LINUX,
    container: (scope) => ownQuota(scope, 'throttledNs', 1e9),
  },
  ...CPU_TIME_ROWS,
  cpu_cores: {
    family: 'cpu',
    kind: 'gauge',
    valueType: 'double',
    description: 'CPU usage over the last interval, in cores.',
    source: 'd(total_usage) / d(read)',
    stability: 'stable',
    ecs: { name: 'cpu_cores' },
    semconv: { container: 'container.cpu.usage', task: 'aws.ecs.task.cpu.usage', unit: '{cpu}' },
    container: ({ cpuUsage }) => coresOf(cpuUsage()),
    task: ({ cpuCores }) => cpuCores(),
  },
} as const satisfies Record<string, MetricRow>;

/** The list has an entry for each possible CPU. 0 means that the CPU is absent or was never used. */
function perCpuRatios({ previousCpu, sample, info, taskScope, cpuUsage }: ContainerScope): readonly Point[] {
  const points: Point[] = [];
  for (const [cpu, ns] of sample?.cpu?.perCpuNs?.entries() ?? []) {
    const used = increase(previousCpu?.cpu.perCpuNs?.[cpu], ns);
    const usage = cpuUsage();
    if (ns === 0 || used === undefined || usage === undefined) continue;
    points.push({ value: usageRatio(usage, used, cpuLimitCores(info, taskScope.task)), dimensions: { cpu } });
  }
  return points;
}

/** With 0 periods the container has no quota (ECS sets it on the task): exporting 0 would mean "not throttled". */
function ownQuota(
  scope: ContainerScope,
  counter: 'throttlePeriods' | 'throttledPeriods' | 'throttledNs',
  unit = 1,
): readonly Point[] {
  const cpu = scope.sample?.cpu;
  const hasQuota = (cpu?.throttlePeriods ?? 0) > 0 && !isHeld(scope.groups, COUNTER_GROUPS.throttling);
  if (cpu === undefined || !hasQuota) return [];
  const startTimeNs = resetTimeOf(scope, COUNTER_GROUPS.throttling, counter);
  return [{ value: divide(cpu[counter], unit), startTimeNs }];
}
