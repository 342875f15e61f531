import { COUNTER_GROUPS, isHeld, resetTimeOf } from '../history/view.ts';
import { toSeconds } from './arithmetic.ts';
import { isCpuTimeKnown } from './cpu-usage.ts';
import { CGROUP_1, type MetricRow, type Point, type SemconvNames } from './row.ts';
import type { ContainerScope } from './scope.ts';

const TICKS = 'cgroup v1 counts user and system time in ticks of 10 ms, so their sum differs from the exact total.';

/**
 * OpenTelemetry requires a mode on all points of a container or on none, and requires it if known. The sum of the modes is
 * not always exact, so the exact total is a separate metric in the namespace `aws.ecs.`.
 */
const BY_MODE =
  'CPU time consumed since the container started, by cpu.mode (user, system) where it is known, else without cpu.mode.';

function byMode(constants?: { readonly 'cpu.mode': string }): SemconvNames {
  return {
    container: 'container.cpu.time',
    unit: 's',
    description: BY_MODE,
    ...(constants !== undefined && { constants }),
  };
}

/** Counters of CPU time since the container started. */
export const CPU_TIME_ROWS = {
  cpu_usage_seconds: {
    family: 'cpu',
    kind: 'counter',
    valueType: 'double',
    description:
      'CPU time consumed since the container started, over all CPUs, in seconds. For the task: since its first container started.',
    source: 'total_usage / 1e9; for the task: summed over its containers, including stopped ones',
    stability: 'stable',
    ecs: { name: 'cpu_usage_seconds' },
    semconv: {
      container: 'aws.ecs.container.cpu.time',
      task: 'aws.ecs.task.cpu.time',
      unit: 's',
      description: 'CPU time consumed since the container started, over all CPUs.',
      taskDescription: 'CPU time consumed since the task started by all of its containers, including stopped ones.',
    },
    container: (scope) => (isCpuTimeKnown(scope) ? toSeconds(scope.sample?.cpu?.totalNs) : undefined),
    task: ({ totals }) => toSeconds(totals.cpuNs),
  },
  cpu_user_seconds: {
    family: 'cpu',
    kind: 'counter',
    valueType: 'double',
    description: 'CPU time spent in user mode since the container started, in seconds.',
    note: TICKS,
    source: 'usage_in_usermode / 1e9, if usage_in_kernelmode is present',
    stability: 'stable',
    ecs: { name: 'cpu_user_seconds' },
    semconv: byMode({ 'cpu.mode': 'user' }),
    container: (scope) => timeInMode(scope, 'userNs'),
  },
  cpu_system_seconds: {
    family: 'cpu',
    kind: 'counter',
    valueType: 'double',
    description: 'CPU time spent in kernel mode since the container started, in seconds.',
    note: TICKS,
    source: 'usage_in_kernelmode / 1e9, if usage_in_usermode is present',
    stability: 'stable',
    ecs: { name: 'cpu_system_seconds' },
    semconv: byMode({ 'cpu.mode': 'system' }),
    container: (scope) => timeInMode(scope, 'kernelNs'),
  },
  cpu_time_without_mode: {
    family: 'cpu',
    kind: 'counter',
    valueType: 'double',
    description: BY_MODE,
    note: 'The exact total is aws.ecs.container.cpu.time.',
    source: 'total_usage / 1e9, if usage_in_usermode or usage_in_kernelmode is missing',
    stability: 'development',
    semconv: byMode(),
    container: timeWithoutMode,
  },
  cpu_logical_seconds: {
    family: 'cpu',
    kind: 'counter',
    valueType: 'double',
    description:
      'CPU time consumed on one CPU since the container started, in seconds. CPUs that were never used are omitted. cgroup v1 only.',
    source: 'percpu_usage[i] / 1e9; on Fargate the values do not always add up to total_usage',
    stability: 'stable',
    optIn: ['ecs', 'semconv'],
    dimensions: ['cpu'],
    ecs: { name: 'cpu_logical_seconds' },
    semconv: { container: 'aws.ecs.container.cpu.logical.time', unit: 's' },
    platforms: CGROUP_1,
    container: perCpuTimes,
  },
  cpu_online_cpus: {
    family: 'cpu',
    kind: 'gauge',
    valueType: 'int',
    description:
      'Number of online CPUs of the host, regardless of any CPU limit. On Fargate: of the micro VM, which can have more CPUs than the task.',
    source: 'online_cpus, num_procs (Windows)',
    stability: 'stable',
    optIn: ['ecs', 'semconv'],
    ecs: { name: 'cpu_online_cpus' },
    semconv: { container: 'aws.ecs.container.cpu.online', unit: '{cpu}', kind: 'updowncounter' },
    container: ({ sample }) => sample?.cpu?.onlineCpus,
  },
} as const satisfies Record<string, MetricRow>;

/** Both modes or none: a single mode would look like the total. */
function timeInMode(scope: ContainerScope, mode: 'userNs' | 'kernelNs'): readonly Point[] {
  const { userNs, kernelNs } = scope.sample?.cpu ?? {};
  if (userNs === undefined || kernelNs === undefined || !isCpuTimeKnown(scope)) return [];
  const startTimeNs = resetTimeOf(scope, COUNTER_GROUPS.modes, mode);
  return [{ value: toSeconds(mode === 'userNs' ? userNs : kernelNs), startTimeNs }];
}

function timeWithoutMode(scope: ContainerScope): number | undefined {
  const { userNs, kernelNs, totalNs } = scope.sample?.cpu ?? {};
  const hasModes = userNs !== undefined && kernelNs !== undefined;
  if (hasModes || !isCpuTimeKnown(scope) || isHeld(scope.groups, COUNTER_GROUPS.modes)) return undefined;
  return toSeconds(totalNs);
}

/** The list has an entry for each possible CPU. 0 means that the CPU is absent or was never used. */
function perCpuTimes(scope: ContainerScope): readonly Point[] {
  const points: Point[] = [];
  for (const [cpu, ns] of scope.sample?.cpu?.perCpuNs?.entries() ?? []) {
    if (ns === 0) continue;
    const startTimeNs = resetTimeOf(scope, COUNTER_GROUPS.perCpu, `${cpu}`);
    points.push({ value: toSeconds(ns), dimensions: { cpu }, startTimeNs });
  }
  return points;
}
