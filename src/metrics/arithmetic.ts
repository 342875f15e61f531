import type { ContainerView, TaskView } from '../history/view.ts';
import type { EpochNs } from '../snapshot/snapshot.ts';

/** Rounds to 4 decimal places, ties to even, as ecs-container-exporter 2.4.0 did (Python's `round`). */
export function round4(value: number): number {
  // A double exactly between two 4-digit decimals is an odd multiple of 1/32 (20000 = 2^5 x 625); scaling by 32 is exact.
  const thirtySeconds = value * 32;
  if (Number.isInteger(thirtySeconds) && thirtySeconds % 2 !== 0) {
    const below = Math.floor(value * 10_000);
    return (below % 2 === 0 ? below : below + 1) / 10_000;
  }
  return Number(value.toFixed(4));
}

/** Undefined if an operand is missing or the divisor is 0. */
export function divide(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined || by === 0 ? undefined : value / by;
}

/** Undefined if a value is missing or the counter has decreased. */
export function increase(from: number | undefined, to: number | undefined): number | undefined {
  if (from === undefined || to === undefined || to < from) return undefined;
  return to - from;
}

/** Seconds since the epoch, with the microsecond precision of a double. */
export function epochSeconds(time: EpochNs | undefined): number | undefined {
  return time === undefined ? undefined : Number(time / 1000n) / 1e6;
}

/** Undefined if a time is missing, or if `to` is before `from`. */
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

interface TaskContainers<Container extends ContainerView> extends Pick<TaskView, 'isIncomplete'> {
  readonly containers: readonly Container[];
}

/** Whether the sums of the task include the container: it is RUNNING, or has current stats. */
function isIncluded({ info, sample }: ContainerView): boolean {
  return info.knownStatus === 'RUNNING' || sample !== undefined;
}

/**
 * The sum over the containers of the task. Undefined if a container is missing or has no value, since a partial sum is not
 * the total, and undefined without containers.
 */
export function completeSum<Container extends ContainerView>(
  { containers, isIncomplete = false }: TaskContainers<Container>,
  read: (container: Container) => number | undefined,
): number | undefined {
  if (isIncomplete) return undefined;
  let sum: number | undefined;
  for (const container of containers) {
    if (!isIncluded(container)) continue;
    const value = read(container);
    if (value === undefined) return undefined;
    sum = (sum ?? 0) + value;
  }
  return sum;
}

/** 0 if all containers of the task have stopped: its usage is then known. */
export function zeroIfStopped({ containers, isIncomplete = false }: TaskContainers<ContainerView>): 0 | undefined {
  const areAllStopped = containers.length > 0 && containers.every(({ info }) => info.knownStatus === 'STOPPED');
  return areAllStopped && !isIncomplete ? 0 : undefined;
}
