import type { ContainerView, TaskView } from '../history/view.ts';

/** The containers of a task, or of its scope. */
interface Whole<Container extends ContainerView> extends Pick<TaskView, 'isIncomplete'> {
  readonly containers: readonly Container[];
}

/** True if the container belongs in the task's sums: it is RUNNING, or has current stats. */
function isPart({ info, sample }: ContainerView): boolean {
  return info.knownStatus === 'RUNNING' || sample !== undefined;
}

/**
 * The sum over the task's containers. Undefined if one of them is missing or has no value, because a partial sum is not
 * the total, and if there is nothing to add up.
 */
export function wholeSum<Container extends ContainerView>(
  { containers, isIncomplete = false }: Whole<Container>,
  read: (container: Container) => number | undefined,
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

/** If all containers of the task have stopped, its usage is 0, not missing. */
export function zeroIfStopped({ containers, isIncomplete = false }: Whole<ContainerView>): 0 | undefined {
  const areAllStopped = containers.length > 0 && containers.every(({ info }) => info.knownStatus === 'STOPPED');
  return areAllStopped && !isIncomplete ? 0 : undefined;
}
