import type { ContainerView, TaskView } from '../history/view.ts';
import { completeSum, zeroIfStopped } from './arithmetic.ts';
import { type CpuUse, coresOf, cpusOf, cpuUse } from './cpu-use.ts';
import { taskCpuCores } from './limits.ts';

/** What the rows of a container are computed from: the container, its task, and what several rows share. */
export interface ContainerScope extends ContainerView {
  readonly of: TaskScope;
  /** CPU used since the previousCpu. */
  readonly cpuUse: () => CpuUse | undefined;
}

/** What the rows of a task are computed from. */
export interface TaskScope extends Omit<TaskView, 'containers'> {
  /** All of them: the sums of the task include those that are not selected. */
  readonly containers: readonly ContainerScope[];
  /** CPUs that the task may use: its limit, else those of the host. */
  readonly cpus: () => number | undefined;
  /** CPU used by all containers, in cores. */
  readonly cpuCores: () => number | undefined;
  /** Working set of all containers, in bytes. */
  readonly workingSet: () => number | undefined;
}

export function scopeOf(view: TaskView): TaskScope {
  const containers: ContainerScope[] = [];
  const scope: TaskScope = {
    ...view,
    containers,
    cpus: once(() => taskCpuCores(view.task) ?? hostCpus(view)),
    cpuCores: once(() => completeSum(scope, (container) => coresOf(container.cpuUse())) ?? zeroIfStopped(scope)),
    workingSet: once(() => completeSum(scope, ({ sample }) => sample?.memory?.workingSetBytes)),
  };
  for (const container of view.containers) {
    containers.push({ ...container, of: scope, cpuUse: once(() => cpuUse(container)) });
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

/** Computes a value on first use and caches it. */
function once<Result>(compute: () => Result): () => Result {
  let known: { readonly result: Result } | undefined;
  return () => {
    known ??= { result: compute() };
    return known.result;
  };
}
