import type { ContainerView, TaskView } from '../history/view.ts';
import type { EpochNs } from '../snapshot/snapshot.ts';

/** To 4 decimal places, exact ties to the even digit, as the old program rounded (Python's `round`). */
export function round4(value: number): number {
  // A double that lies exactly between two 4-digit decimals is an odd multiple of 1/32 (20000 = 2^5 x 625), and scaling
  // by 32 is exact.
  const thirtySeconds = value * 32;
  if (Number.isInteger(thirtySeconds) && thirtySeconds % 2 !== 0) {
    const below = Math.floor(value * 10_000);
    return (below % 2 === 0 ? below : below + 1) / 10_000;
  }
  return Number(value.toFixed(4));
}

/** `value / by`, or undefined where one is missing or `by` is 0. */
export function divide(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined || by === 0 ? undefined : value / by;
}

/** `to - from`, or undefined where one is missing or the counter fell. */
export function increase(from: number | undefined, to: number | undefined): number | undefined {
  if (from === undefined || to === undefined || to < from) return undefined;
  return to - from;
}

/** A time as seconds since the epoch: to the microsecond, which is what a double can hold. */
export function epochSeconds(time: EpochNs | undefined): number | undefined {
  return time === undefined ? undefined : Number(time / 1000n) / 1e6;
}

/** From one time to another, in seconds; undefined where one is missing, or where they are the wrong way round. */
export function secondsBetween(from: EpochNs | undefined, to: EpochNs | undefined): number | undefined {
  if (from === undefined || to === undefined || to < from) return undefined;
  return Number(to - from) / 1e9;
}

export function toSeconds(ns: number | undefined): number | undefined {
  return ns === undefined ? undefined : ns / 1e9;
}

/** 1 for true, 0 for false. */
export function booleanValue(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

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
export function completeSum<Container extends ContainerView>(
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
