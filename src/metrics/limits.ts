import { positive } from '../snapshot/json-values.ts';
import type { ContainerInfo, ContainerSample, TaskInfo } from '../snapshot/snapshot.ts';
import type { MetricRow } from './row.ts';

export const CPU_UNITS_PER_CORE = 1024;
const MIB = 1024 ** 2;

/**
 * The minimum CPU shares of Docker, which the agent sets for containers without CPU units.
 *
 * @see https://github.com/aws/amazon-ecs-agent/issues/1735
 */
const UNSET_CPU_UNITS = 2;

/** CPU units of the container in cores; undefined if unset. */
export function cpuReservationCores({ cpuUnits }: ContainerInfo): number | undefined {
  if (cpuUnits === undefined || cpuUnits <= 0 || cpuUnits === UNSET_CPU_UNITS) return undefined;
  return cpuUnits / CPU_UNITS_PER_CORE;
}

/** Denominator of the ecs ratio, in cores; undefined if neither the container nor the task has a limit. */
export function cpuLimitCores(info: ContainerInfo, task: TaskInfo): number | undefined {
  return cpuReservationCores(info) ?? taskCpuCores(task);
}

export function taskCpuCores(task: TaskInfo): number | undefined {
  return positive(task.cpuCores);
}

/**
 * Effective memory limit, in bytes. Without its own limit, a container is subject to those of the parent cgroups: v1 reports
 * the smallest; on v2 it is the smaller of the limit that Docker reports (on EC2 the memory of the host) and that of the task.
 */
export function memoryLimitBytes(
  info: ContainerInfo,
  sample: ContainerSample | undefined,
  task: TaskInfo,
): number | undefined {
  const own = positive(info.memoryMib);
  if (own !== undefined) return own * MIB;
  const ofTask = taskMemoryBytes(task);
  const memory = sample?.memory;
  const hierarchical = positive(memory?.hierarchicalLimitBytes);
  if (hierarchical !== undefined) return hierarchical;
  const reported = positive(memory?.limitBytes);
  if (reported === undefined || ofTask === undefined) return reported ?? ofTask;
  return Math.min(reported, ofTask);
}

export function taskMemoryBytes(task: TaskInfo): number | undefined {
  const mib = positive(task.memoryMib);
  return mib === undefined ? undefined : mib * MIB;
}

export const LIMIT_ROWS = {
  cpu_limit: {
    family: 'limits',
    kind: 'gauge',
    valueType: 'int',
    description:
      'CPU units from the task definition (1024 = 1 vCPU); 0 or 2 if unset. A relative weight for containers, a hard limit for the task.',
    source: 'Limits.CPU of the container; for the task: Limits.CPU x 1024',
    stability: 'compatible',
    ecs: { name: 'cpu_limit' },
    // Only cpu_limit and mem_limit export 0 if unset: dashboards of version 2 expect it.
    container: ({ info }) => info.cpuUnits ?? 0,
    task: ({ task }) => (task.cpuCores ?? 0) * CPU_UNITS_PER_CORE,
  },
  mem_limit: {
    family: 'limits',
    kind: 'gauge',
    valueType: 'int',
    description: 'Memory limit from the task definition, in MiB; 0 if unset.',
    source: 'Limits.Memory',
    stability: 'compatible',
    ecs: { name: 'mem_limit' },
    container: ({ info }) => info.memoryMib ?? 0,
    task: ({ task }) => task.memoryMib ?? 0,
  },
  cpu_limit_cores: {
    family: 'limits',
    kind: 'gauge',
    valueType: 'double',
    description:
      'Denominator of cpu_usage_ratio, in cores: the CPU units of the container, else the CPU limit of the task.',
    source: 'Limits.CPU of the container / 1024, unless 0 or 2 (unset), else Limits.CPU of the task',
    stability: 'stable',
    ecs: { name: 'cpu_limit_cores' },
    semconv: { task: 'aws.ecs.task.cpu.limit', unit: '{cpu}', taskDescription: 'CPU limit of the task, in cores.' },
    container: ({ info, taskScope }) => cpuLimitCores(info, taskScope.task),
    task: ({ task }) => taskCpuCores(task),
  },
  cpu_reservation: {
    family: 'limits',
    kind: 'gauge',
    valueType: 'double',
    description: 'CPU units of the container, in cores: a weight under CPU contention, not a limit. Absent if unset.',
    source: 'Limits.CPU of the container / 1024, unless 0 or 2 (unset)',
    stability: 'stable',
    semconv: { container: 'aws.ecs.container.cpu.reservation', unit: '{cpu}' },
    container: ({ info }) => cpuReservationCores(info),
  },
} as const satisfies Record<string, MetricRow>;
