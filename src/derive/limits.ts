import type { ContainerInfo, ContainerSample, TaskInfo } from '../snapshot/snapshot.ts';
import { positive } from './arithmetic.ts';
import type { Sink, TaskView } from './view.ts';

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

export function deriveLimits(view: TaskView, out: Sink): void {
  const { task } = view;
  // 0 for "none" in these two series only: that is what the old program's dashboards expect.
  out.task('cpu_limit', view, () => (task.cpuCores ?? 0) * CPU_UNITS_PER_CORE);
  out.task('mem_limit', view, () => task.memoryMib ?? 0);
  out.task('cpu_limit_cores', view, () => taskCpuCores(task));
  for (const container of view.containers) {
    const { info } = container;
    out.container('cpu_limit', container, () => info.cpuUnits ?? 0);
    out.container('mem_limit', container, () => info.memoryMib ?? 0);
    out.container('cpu_limit_cores', container, () => cpuLimitCores(info, task));
    out.container('cpu_reservation', container, () => cpuReservationCores(info));
  }
}
