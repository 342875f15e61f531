import type { ContainerView, Sink, TaskView, Value } from './view.ts';

/** True if the container belongs in the task's sums: it runs, or has current stats. */
function isPart({ info, sample }: ContainerView): boolean {
  return info.knownStatus === 'RUNNING' || sample !== undefined;
}

/** True if every container of the task has stopped. */
export function areAllStopped({ containers }: TaskView): boolean {
  return containers.length > 0 && containers.every(({ info }) => info.knownStatus === 'STOPPED');
}

/**
 * The sum over the task's containers: undefined if one of them has no value, since a part must not pass for the whole, and
 * if there is nothing to add up.
 */
export function wholeSum<Part>(
  containers: readonly (ContainerView & Part)[],
  read: (container: ContainerView & Part) => number | undefined,
): number | undefined {
  let sum: number | undefined;
  for (const container of containers) {
    if (!isPart(container)) continue;
    const value = read(container);
    if (value === undefined) return undefined;
    sum = (sum ?? 0) + value;
  }
  return sum;
}

/** Computes a value when it is first asked for, and once: several rows share it. */
export function once<Result>(compute: () => Result): () => Result {
  let known: { readonly result: Result } | undefined;
  return () => {
    known ??= { result: compute() };
    return known.result;
  };
}

/** A value that needs no computation. */
export function just(value: number | undefined): Value {
  return () => value;
}

/** Derives each container's values on their own: one that throws costs the others nothing. */
export function eachContainer<Container extends ContainerView>(
  containers: readonly Container[],
  out: Sink,
  derive: (container: Container) => void,
): void {
  for (const container of containers) {
    try {
      derive(container);
    } catch (error) {
      out.failed(error);
    }
  }
}
