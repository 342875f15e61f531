import type { MetricDefinition, Reading, SeriesAttributes } from './metric-definition.ts';

/** Counts the series that a MeterProvider was ever shown: it holds on to all of them. */
export interface Census {
  add(readings: readonly Reading[]): void;
  /** A series that was away for a sample comes back with new attributes, and is counted once more. */
  count(): number;
}

export function createCensus(): Census {
  const seen = new Map<MetricDefinition, Set<SeriesAttributes>>();
  let count = 0;
  return {
    add(readings) {
      for (const { metric, attributes } of readings) {
        let ofMetric = seen.get(metric);
        if (ofMetric === undefined) {
          ofMetric = new Set();
          seen.set(metric, ofMetric);
        }
        const before = ofMetric.size;
        ofMetric.add(attributes);
        count += ofMetric.size - before;
      }
    },
    count: () => count,
  };
}
