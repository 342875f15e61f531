import { unit } from './random.ts';

/** A level or a total over seconds. Totals are 0 at 0 and never fall. */
export type Curve = (seconds: number) => number;

/** The total of a rate that swings between `mean - amplitude` and `mean + amplitude`, as the load of a day does. */
export function wave(shape: { mean: number; amplitude: number; periodS: number; phase: number }): Curve {
  const { mean, amplitude, periodS, phase } = shape;
  const angular = (2 * Math.PI) / periodS;
  return (seconds) => mean * seconds + (amplitude / angular) * (Math.cos(phase) - Math.cos(angular * seconds + phase));
}

/**
 * The total of bursts: in every period some `amount - spread` to `amount + spread` is done, evenly between the fractions
 * `from` and `until` of the period, and nothing in the rest of it. `spread` must be smaller than `amount`.
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
