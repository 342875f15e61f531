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
export function divided(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined || by === 0 ? undefined : value / by;
}

/** `to - from`, or undefined where one is missing or the counter fell. */
export function growth(from: number | undefined, to: number | undefined): number | undefined {
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

export function inSeconds(ns: number | undefined): number | undefined {
  return ns === undefined ? undefined : ns / 1e9;
}

/** 1 for true, 0 for false. */
export function truth(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
