import type { DataPoint } from '@opentelemetry/sdk-metrics';
import type { Reading } from './metric-definition.ts';

/** What tells the series of one metric apart, whatever the order of their attributes. */
export type SeriesKeys = (attributes: object) => string;

/** Keys that are made once for each object of attributes. */
export function createSeriesKeys(): SeriesKeys {
  const keys = new WeakMap<object, string>();
  return (attributes) => {
    let key = keys.get(attributes);
    if (key === undefined) {
      key = JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
      keys.set(attributes, key);
    }
    return key;
  };
}

/**
 * For each point of a metric the reading that it shows; nothing for a point that nobody read. The SDK gives points in the order
 * of observation and with the attributes that it was given, so that they are the readings one by one. Where two readings have
 * attributes that say the same, it has one point for both, which shows the last.
 */
export function readingsOf(
  points: readonly DataPoint<number>[],
  readings: readonly Reading[],
  keyOf: SeriesKeys,
): readonly (Reading | undefined)[] {
  if (points.length === readings.length && points.every((point, at) => point.attributes === readings[at]?.attributes)) {
    return readings;
  }
  const byKey = new Map(readings.map((reading) => [keyOf(reading.attributes), reading]));
  return points.map(({ attributes }) => byKey.get(keyOf(attributes)));
}
