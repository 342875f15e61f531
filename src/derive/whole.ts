import type { ContainerView, Sink, TaskView, Value } from './view.ts';

/** True if the container belongs in the task's sums: it is RUNNING, or has current stats. */
function isPart({ info, sample }: ContainerView): boolean {
  return info.knownStatus === 'RUNNING' || sample !== undefined;
}

/** True if every container of the task has stopped. */
export function areAllStopped({ containers, isIncomplete = false }: TaskView): boolean {
  return !isIncomplete && containers.length > 0 && containers.every(({ info }) => info.knownStatus === 'STOPPED');
}

/**
 * The sum over the task's containers. Undefined if one of them is missing or has no value, because a partial sum is not
 * the total, and if there is nothing to add up.
 */
export function wholeSum<Part>(
  { isIncomplete = false }: TaskView,
  containers: readonly (ContainerView & Part)[],
  read: (container: ContainerView & Part) => number | undefined,
): number | undefined {
  if (isIncomplete) return undefined;
  let sum: number | undefined;
  for (const container of containers) {
    if (!isPart(container)) continue;
    const value = read(container);
    if (value === undefined) return undefined;
    sum = (sum ?? 0) + value;
  }
  return sum;
}

/** Computes a value on first use and caches it, for values that several rows share. */
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

/** Derives the values of each container separately: an error in one does not affect the others. */
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
