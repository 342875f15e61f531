import type { ContainerView, TaskView } from '../history/view.ts';
import { completeSum, zeroIfStopped } from './arithmetic.ts';
import { type CpuUsage, coresOf, cpusOf, cpuUsage } from './cpu-usage.ts';
import { taskCpuCores } from './limits.ts';

/** Input of the container rows: the container, its task, and values that several rows use. */
export interface ContainerScope extends ContainerView {
  readonly taskScope: TaskScope;
  /** CPU usage since the previous CPU reading. */
  readonly cpuUsage: () => CpuUsage | undefined;
}

/** Input of the task rows. */
export interface TaskScope extends Omit<TaskView, 'containers'> {
  /** Includes containers that are not selected: the sums of the task count them. */
  readonly containers: readonly ContainerScope[];
  /** CPU limit of the task, otherwise the number of CPUs of the host. */
  readonly cpus: () => number | undefined;
  /** CPU usage of all containers, in cores. */
  readonly cpuCores: () => number | undefined;
  /** Working set of all containers, in bytes. */
  readonly workingSet: () => number | undefined;
}

export function scopeOf(view: TaskView): TaskScope {
  const containers: ContainerScope[] = [];
  const scope: TaskScope = {
    ...view,
    containers,
    cpus: lazy(() => taskCpuCores(view.task) ?? hostCpus(view)),
    cpuCores: lazy(() => completeSum(scope, (container) => coresOf(container.cpuUsage())) ?? zeroIfStopped(scope)),
    workingSet: lazy(() => completeSum(scope, ({ sample }) => sample?.memory?.workingSetBytes)),
  };
  for (const container of view.containers) {
    containers.push({ ...container, taskScope: scope, cpuUsage: lazy(() => cpuUsage(container)) });
  }
  return scope;
}

function hostCpus({ containers }: TaskView): number | undefined {
  for (const { sample } of containers) {
    const cpus = sample?.cpu && cpusOf(sample.cpu);
    if (cpus !== undefined) return cpus;
  }
  return undefined;
}

/** Computes a value on first use. */
function lazy<Result>(compute: () => Result): () => Result {
  let known: { readonly result: Result } | undefined;
  return () => {
    known ??= { result: compute() };
    return known.result;
  };
}
