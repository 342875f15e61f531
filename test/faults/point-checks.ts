import type { OtlpPoint } from '../helpers/otlp-export.ts';

/** True values at the times of a delta point. */
export interface TrueGrowth {
  /** At the end. */
  readonly value: number;
  /** Minimum at the end. @default value */
  readonly low?: number;
  /** At the start, for the first point of a series; 0 at the start of a run. */
  readonly base: number;
  /** The run of the sample; each run starts at 0. */
  readonly run: number;
}

export interface CounterCheck {
  /** A point of a series with cumulative temporality. */
  cumulative(series: string, point: OtlpPoint): void;
  /** A point of a series with delta temporality: the sum so far must be the true growth since the first point. */
  delta(series: string, point: OtlpPoint, truth: TrueGrowth): void;
  /** A value that must never decrease. */
  monotonic(series: string, value: number): void;
  figures(): {
    readonly counterSeries: number;
    readonly counterPoints: number;
    readonly deltaSeries: number;
    readonly largestDeltaError: number;
    /** Points that repeat the interval of the previous one, whose acknowledgement was late. */
    readonly repeated: number;
  };
}

interface DeltaSum {
  readonly sum: number;
  /** Without the last point. */
  readonly sumBefore: number;
  readonly run: number;
  /** Growth of the ended runs. */
  readonly ended: number;
  readonly base: number;
  readonly value: number;
  readonly startNs: bigint;
  readonly timeNs: bigint;
}

export function createCounterCheck(violation: (what: string) => void): CounterCheck {
  const last = new Map<string, OtlpPoint>();
  const values = new Map<string, number>();
  const sums = new Map<string, DeltaSum>();
  let counterPoints = 0;
  let largestDeltaError = 0;
  let repeated = 0;

  return {
    cumulative(series, point) {
      counterPoints += 1;
      const before = last.get(series);
      last.set(series, point);
      if (before === undefined) return;
      if (point.timeNs < before.timeNs) violation(`${series} goes back in time`);
      if (point.startNs < before.startNs) violation(`${series} has an earlier start time than before`);
      if (point.value < before.value && point.startNs <= before.startNs) {
        violation(`${series} falls from ${before.value} to ${point.value} without a new start time`);
      }
    },
    delta(series, point, { value, low = value, base, run }) {
      counterPoints += 1;
      const before = sums.get(series);
      const isRepeated = before !== undefined && point.startNs === before.startNs && before.startNs < before.timeNs;
      if (isRepeated) repeated += 1;
      else if (before !== undefined && point.startNs < before.timeNs) violation(`${series} has overlapping intervals`);
      const isNewRun = before !== undefined && before.run !== run;
      const sumBefore = (isRepeated ? before.sumBefore : before?.sum) ?? 0;
      const next: DeltaSum = {
        sum: sumBefore + point.value,
        sumBefore,
        startNs: point.startNs,
        run,
        ended: isNewRun ? before.ended + before.value - before.base : (before?.ended ?? 0),
        base: before === undefined ? base : isNewRun ? 0 : before.base,
        value,
        timeNs: point.timeNs,
      };
      sums.set(series, next);
      const [lowest, highest] = [low, value].map((end) => next.ended + end - next.base);
      if (lowest === undefined || highest === undefined) return;
      if (lowest === highest)
        largestDeltaError = Math.max(largestDeltaError, Math.abs(next.sum - highest) / Math.max(1, highest));
      if (!isBetween(next.sum, lowest, highest)) {
        violation(
          `deltas of ${series} add up to ${next.sum}, not ${lowest === highest ? highest : `${lowest} to ${highest}`}`,
        );
      }
    },
    monotonic(series, value) {
      counterPoints += 1;
      const before = values.get(series) ?? 0;
      if (value < before) violation(`${series} falls from ${before} to ${value}`);
      values.set(series, value);
    },
    figures: () => ({
      counterSeries: last.size + sums.size + values.size,
      counterPoints,
      deltaSeries: sums.size,
      largestDeltaError,
      repeated,
    }),
  };
}

/** Floating-point sums differ in their last digits. */
export function isBetween(value: number, low: number, high: number): boolean {
  const tolerance = 1e-9 * Math.max(1, Math.abs(high));
  return value >= low - tolerance && value <= high + tolerance;
}

/** Expected and present points by family. */
export interface Presence {
  count(family: string, isPresent: boolean): void;
  readonly families: ReadonlyMap<string, { readonly expected: number; readonly present: number }>;
  /** Fraction of the expected points that are present, over all families. */
  fraction(): number;
}

export function createPresence(): Presence {
  const families = new Map<string, { expected: number; present: number }>();
  return {
    count(family, isPresent) {
      const counts = families.get(family) ?? { expected: 0, present: 0 };
      counts.expected += 1;
      if (isPresent) counts.present += 1;
      families.set(family, counts);
    },
    families,
    fraction() {
      const all = [...families.values()];
      const sum = (key: 'expected' | 'present'): number => all.reduce((total, counts) => total + counts[key], 0);
      return sum('present') / sum('expected');
    },
  };
}
