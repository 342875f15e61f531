import type { HrTime } from '@opentelemetry/api';

/** Since when a counter counts of which nobody says when it began. */
export type OwnStarts = (series: string, value: number, at: HrTime) => HrTime;

/**
 * The time of the first value, and anew of each one that is less than the one before: a reset that keeps its start would read
 * as a counter that falls (https://opentelemetry.io/docs/specs/otel/metrics/data-model/#resets-and-gaps).
 */
export function createOwnStarts(): OwnStarts {
  const known = new Map<string, { readonly value: number; readonly start: HrTime }>();
  return (series, value, at) => {
    const before = known.get(series);
    const start = before === undefined || value < before.value ? at : before.start;
    known.set(series, { value, start });
    return start;
  };
}
