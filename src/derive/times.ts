import type { EpochNs } from '../snapshot/snapshot.ts';

/** A time as seconds since the epoch: to the microsecond, which is what a double can hold. */
export function epochSeconds(time: EpochNs | undefined): number | undefined {
  return time === undefined ? undefined : Number(time / 1000n) / 1e6;
}

/** From one time to another, in seconds; undefined where one is missing, or where they are the wrong way round. */
export function secondsBetween(from: EpochNs | undefined, to: EpochNs | undefined): number | undefined {
  if (from === undefined || to === undefined || to < from) return undefined;
  return Number(to - from) / 1e9;
}
