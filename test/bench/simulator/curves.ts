/** A level or a total over seconds. Totals are 0 at 0 and never fall. */
export type Curve = (seconds: number) => number;

/** The total of a rate that swings between `mean - amplitude` and `mean + amplitude`, as the load of a day does. */
export function wave(shape: { mean: number; amplitude: number; periodS: number; phase: number }): Curve {
  const { mean, amplitude, periodS, phase } = shape;
  const angular = (2 * Math.PI) / periodS;
  return (seconds) => mean * seconds + (amplitude / angular) * (Math.cos(phase) - Math.cos(angular * seconds + phase));
}

/**
 * The total of bursts: in every period some `amount - spread` to `amount + spread` is done, evenly between the
 * fractions `from` and `until` of the period, and nothing in the rest of it. `spread` must be smaller than `amount`.
 */
export function bursts(
  seed: number,
  shape: { periodS: number; amount: number; spread: number; from: number; until: number },
): Curve {
  const { periodS, amount, spread, from, until } = shape;
  // The total at a period's beginning is known without adding up the periods before it.
  const totalAt = (period: number): number => period * amount + spread * unit(seed, period);
  const offset = totalAt(0);
  return (seconds) => {
    const period = Math.floor(seconds / periodS);
    const begun = totalAt(period);
    const fraction = (seconds / periodS - period - from) / (until - from);
    return begun + (totalAt(period + 1) - begun) * Math.min(1, Math.max(0, fraction)) - offset;
  };
}

export function steady(perSecond: number): Curve {
  return (seconds) => perSecond * seconds;
}

/** Rises towards `height`, two thirds of it after `settlingS`. */
export function settling(height: number, settlingS: number): Curve {
  return (seconds) => height * (1 - Math.exp(-seconds / settlingS));
}

/** The sum of curves, each times its factor. */
export function mix(...parts: readonly (readonly [factor: number, curve: Curve])[]): Curve {
  return (seconds) => parts.reduce((sum, [factor, curve]) => sum + factor * curve(seconds), 0);
}

/**
 * A well-mixed 32-bit number for a place in the simulated world. Not a generator with a state: the same seed and place
 * give the same number whenever they are asked for, so every document is a function of the time alone.
 */
export function hash(seed: number, ...place: readonly number[]): number {
  let mixed = seed | 0;
  for (const part of place) {
    mixed = Math.imul(mixed ^ (part | 0), 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
    mixed ^= mixed >>> 13;
  }
  return mixed >>> 0;
}

/** As {@link hash}, in [0, 1). */
export function unit(seed: number, ...place: readonly number[]): number {
  return hash(seed, ...place) / 2 ** 32;
}

/** `length` hexadecimal digits. */
export function hexDigits(length: number, seed: number, ...place: readonly number[]): string {
  let digits = '';
  for (let part = 0; digits.length < length; part++) {
    digits += hash(seed, ...place, part)
      .toString(16)
      .padStart(8, '0');
  }
  return digits.slice(0, length);
}

/** A point in time finer than a number of milliseconds since 1970 can hold. */
export interface Instant {
  /** Whole milliseconds since the Unix epoch. */
  readonly ms: number;
  /** Nanoseconds beyond that, 0 to 999,999. */
  readonly ns: number;
}

/** What Docker and the ECS agent write where there is no time: Go's zero time. */
export const NO_TIME = '0001-01-01T00:00:00Z';

export function instantAt(originMs: number, seconds: number): Instant {
  const sinceNs = Math.round(seconds * 1e9);
  const sinceMs = Math.floor(sinceNs / 1e6);
  return { ms: originMs + sinceMs, ns: sinceNs - sinceMs * 1e6 };
}

export function secondsSince(originMs: number, instant: Instant): number {
  return (instant.ms - originMs) / 1e3 + instant.ns / 1e9;
}

/** RFC 3339 with nine digits of a second, as in every `read`, `StartedAt` and so on. */
export function formatInstant(instant: Instant): string {
  return `${new Date(instant.ms).toISOString().slice(0, -1)}${String(instant.ns).padStart(6, '0')}Z`;
}
