import type { HrTime } from '@opentelemetry/api';
import type { Reading } from './metric-definition.ts';
import { createSeriesKeys } from './series-keys.ts';

/** Start times of counters whose source reports none, of one resource. */
export type StartTimes = (reading: Reading, at: HrTime) => HrTime;

/** Maximum number of remembered series, above what a task has at a time; the least recently used ones are forgotten first. */
const MAX_SERIES = 20_000;

/**
 * The time of the first value, and anew of each one that is less than the one before: a reset that keeps its start would read
 * as a counter that falls (https://opentelemetry.io/docs/specs/otel/metrics/data-model/#resets-and-gaps).
 */
export function createStartTimes(maxSeries = MAX_SERIES): StartTimes {
  const keyOf = createSeriesKeys();
  const known = new Map<string, { readonly value: number; readonly start: HrTime }>();
  return ({ metric, attributes, value }, at) => {
    const series = `${metric.name}\0${keyOf(attributes)}`;
    const before = known.get(series);
    const start = before === undefined || value < before.value ? at : before.start;
    known.delete(series);
    known.set(series, { value, start });
    if (known.size > maxSeries) for (const oldest of known.keys().take(1)) known.delete(oldest);
    return start;
  };
}
