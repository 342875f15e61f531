/** A gauge or a total over seconds. Totals are 0 at 0 and never decrease. */
export type Curve = (seconds: number) => number;

/** The total of a rate that oscillates between `mean - amplitude` and `mean + amplitude`, like a daily load. */
export function wave(shape: { mean: number; amplitude: number; periodS: number; phase: number }): Curve {
  const { mean, amplitude, periodS, phase } = shape;
  const angular = (2 * Math.PI) / periodS;
  return (seconds) => mean * seconds + (amplitude / angular) * (Math.cos(phase) - Math.cos(angular * seconds + phase));
}

/**
 * The total of bursts: each period adds `amount - spread` to `amount + spread`, evenly between the fractions `from` and
 * `until` of the period. `spread` must be smaller than `amount`.
 */
export function bursts(
  seed: number,
  shape: { periodS: number; amount: number; spread: number; from: number; until: number },
): Curve {
  const { periodS, amount, spread, from, until } = shape;
  // Computes the total at the start of a period without adding up the previous periods.
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
 * A 32-bit hash of a seed and a position in the simulation. Stateless, unlike a random number generator, so that every
 * document is a function of the time alone.
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

/** A time with nanosecond precision, which milliseconds since the epoch as a double do not have. */
export interface Instant {
  /** Whole milliseconds since the Unix epoch. */
  readonly ms: number;
  /** Nanoseconds beyond that, 0 to 999,999. */
  readonly ns: number;
}

/** Go's zero time, which Docker and the ECS agent write for an unset time. */
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
