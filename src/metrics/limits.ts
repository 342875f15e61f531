import type { ContainerInfo, ContainerSample, TaskInfo } from '../snapshot/snapshot.ts';
import { positive } from '../snapshot/values.ts';
import type { MetricRow } from './row.ts';

export const CPU_UNITS_PER_CORE = 1024;
const MIB = 1024 ** 2;

/**
 * docker's smallest CPU share: the agent passes it on for containers that set none.
 *
 * @see https://github.com/aws/amazon-ecs-agent/issues/1735
 */
const UNSET_CPU_UNITS = 2;

/** The container's CPU units in cores; undefined if the task definition sets none. */
export function cpuReservationCores({ cpuUnits }: ContainerInfo): number | undefined {
  if (cpuUnits === undefined || cpuUnits <= 0 || cpuUnits === UNSET_CPU_UNITS) return undefined;
  return cpuUnits / CPU_UNITS_PER_CORE;
}

/** The divisor of the ecs ratio, in cores; undefined if neither the container nor the task sets a limit. */
export function cpuLimitCores(info: ContainerInfo, task: TaskInfo): number | undefined {
  return cpuReservationCores(info) ?? taskCpuCores(task);
}

export function taskCpuCores(task: TaskInfo): number | undefined {
  return positive(task.cpuCores);
}

/**
 * The memory limit in force, in bytes. Without a limit of its own a container is held by what its cgroup's parents allow:
 * v1 says so itself; on v2 it is the smaller of what docker reports (on EC2 the host's memory) and the task's limit.
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
      'CPU units of the task definition (1024 = 1 vCPU); 0 or 2 where it sets none. A weight for a container, a cap for a task.',
    source: 'Limits.CPU of the container; of the task: Limits.CPU x 1024',
    stability: 'compatible',
    ecs: { name: 'cpu_limit' },
    // 0 for "none" in this series and the next one only: version 2's dashboards expect it.
    container: ({ info }) => info.cpuUnits ?? 0,
    task: ({ task }) => (task.cpuCores ?? 0) * CPU_UNITS_PER_CORE,
  },
  mem_limit: {
    family: 'limits',
    kind: 'gauge',
    valueType: 'int',
    description: 'Memory limit of the task definition in MiB, 0 where it sets none.',
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
      'What cpu_usage_ratio divides by, in cores: the CPU units of the container, else the limit of the task.',
    source: 'Limits.CPU / 1024 of the container unless it is 0 or 2 (unset), else Limits.CPU of the task',
    stability: 'stable',
    ecs: { name: 'cpu_limit_cores' },
    semconv: { task: 'aws.ecs.task.cpu.limit', unit: '{cpu}', taskDescription: 'CPU limit of the task, in cores.' },
    container: ({ info, of }) => cpuLimitCores(info, of.task),
    task: ({ task }) => taskCpuCores(task),
  },
  cpu_reservation: {
    family: 'limits',
    kind: 'gauge',
    valueType: 'double',
    description:
      'CPU units of the container, in cores: its weight when containers compete for CPU, not a limit. Absent if unset.',
    source: 'Limits.CPU / 1024 of the container unless it is 0 or 2 (unset)',
    stability: 'stable',
    semconv: { container: 'aws.ecs.container.cpu.reservation', unit: '{cpu}' },
    container: ({ info }) => cpuReservationCores(info),
  },
} as const satisfies Record<string, MetricRow>;
