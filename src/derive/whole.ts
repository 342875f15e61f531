import type { ContainerView, TaskView, Value } from './view.ts';

/** True if the container belongs in the task's sums: it runs, or has current stats. */
function isPart({ info, sample }: ContainerView): boolean {
  return info.knownStatus === 'RUNNING' || sample !== undefined;
}

/** True if every container of the task has stopped. */
export function areAllStopped({ containers, isIncomplete = false }: TaskView): boolean {
  return !isIncomplete && containers.length > 0 && containers.every(({ info }) => info.knownStatus === 'STOPPED');
}

/**
 * The sum over the task's containers: undefined if one of them is missing or has no value, since a part must not pass for the
 * whole, and if there is nothing to add up.
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
