/** A value of a JSON document. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** How far the load has moved from the first recorded sample to the second: 0 at the first, 1 at the second. */
export interface Progress {
  /** Of time itself. */
  readonly time: number;
  /** Of cumulative counters: never decreases, at a rate that varies around the recorded one. */
  readonly work: number;
  /** Of memory gauges: swings between 0 and 1. */
  readonly level: number;
}

/** Rate variations: the part of the recorded rate and the period in seconds. Parts add up to less than 1. */
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
 * The document on the line through two samples, its numbers rounded down.
 *
 * @param second holds the members that differ from the first
 * @param share where a number lies, by the key of the member that holds it
 */
export function between(first: Json, second: Json | undefined, share: (key: string) => number, key = ''): Json {
  if (typeof first === 'number') {
    return typeof second === 'number' ? Math.floor(first + (second - first) * share(key)) : first;
  }
  if (typeof first !== 'object' || first === null || typeof second !== 'object' || second === null) return first;
  const members = new Map(Object.entries(second));
  const moved = Object.entries(first).map(([name, value]): [string, Json] => [
    name,
    between(value, members.get(name), share, Array.isArray(first) ? key : name),
  ]);
  return Array.isArray(first) ? moved.map(([, value]) => value) : Object.fromEntries(moved);
}
