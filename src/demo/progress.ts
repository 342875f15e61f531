/** A value of a JSON document. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** How far the load has moved from the first recorded sample to the second: 0 at the first, 1 at the second. */
export interface Progress {
  /** Of the time between the samples. */
  readonly time: number;
  /** Of cumulative counters. Never decreases; its rate varies around the recorded rate. */
  readonly work: number;
  /** Of memory gauges: swings between 0 and 1. */
  readonly level: number;
}

/** Rate variations: amplitude as a fraction of the recorded rate, and period in seconds. The amplitudes sum to less than 1. */
const WAVES = [
  [0.5, 60],
  [0.3, 7],
] as const;
const LEVEL_PERIOD_S = 40;

/** @param recordedS the time between the recorded samples */
export function progressAt(seconds: number, recordedS: number): Progress {
  let workS = seconds;
  for (const [part, periodS] of WAVES) {
    const angular = (2 * Math.PI) / periodS;
    workS += (part / angular) * Math.sin(angular * seconds);
  }
  const level = (1 - Math.cos((2 * Math.PI * seconds) / LEVEL_PERIOD_S)) / 2;
  return { time: seconds / recordedS, work: workS / recordedS, level };
}

/**
 * Interpolates linearly between two samples, or beyond them. Numbers are rounded down.
 *
 * @param second the members that differ from the first sample
 * @param fractionOf returns the fraction for a number (0 is the first sample, 1 the second) by the key of its member
 */
export function interpolate(
  first: Json,
  second: Json | undefined,
  fractionOf: (key: string) => number,
  key = '',
): Json {
  if (typeof first === 'number') {
    return typeof second === 'number' ? Math.floor(first + (second - first) * fractionOf(key)) : first;
  }
  if (typeof first !== 'object' || first === null || typeof second !== 'object' || second === null) return first;
  const members = new Map(Object.entries(second));
  const moved = Object.entries(first).map(([name, value]): [string, Json] => [
    name,
    interpolate(value, members.get(name), fractionOf, Array.isArray(first) ? key : name),
  ]);
  return Array.isArray(first) ? moved.map(([, value]) => value) : Object.fromEntries(moved);
}
