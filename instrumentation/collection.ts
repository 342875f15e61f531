import type { HrTime } from '@opentelemetry/api';
import { DataPointType, type MetricData, type ResourceMetrics, type ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { Reading, SeriesAttributes } from './metric-definition.ts';

/** Gauges and sums, the only types that the instruments produce. */
export type NumericMetric = Extract<MetricData, { dataPointType: DataPointType.GAUGE | DataPointType.SUM }>;

export function isNumeric(metric: MetricData): metric is NumericMetric {
  return metric.dataPointType === DataPointType.GAUGE || metric.dataPointType === DataPointType.SUM;
}

export function isCounter(metric: MetricData): boolean {
  return metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
}

export interface MetricCollection {
  /** Counters are cumulative, unless `Deltas` has converted them. */
  readonly data: NumericMetric;
  /** One reading per data point, in the same order. */
  readonly readings: readonly Reading[];
}

/** One metric set of one resource at one sample. */
export interface ScopeCollection {
  readonly scope: ScopeMetrics['scope'];
  readonly metrics: readonly MetricCollection[];
}

/** One resource at one sample. */
export interface ResourceCollection {
  /** Identifies the resource within its source. */
  readonly key: string;
  readonly resource: ResourceMetrics['resource'];
  readonly scopes: readonly ScopeCollection[];
}

/** Converts a collection to the input of the SDK's exporters. */
export function resourceMetricsOf({ resource, scopes }: ResourceCollection): ResourceMetrics {
  return {
    resource,
    scopeMetrics: scopes.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(({ data }) => data) })),
  };
}

/** Returns a function that makes the key of a series within its metric, independent of the order of its attributes. */
export function createSeriesKeys(): (attributes: SeriesAttributes) => string {
  const keys = new WeakMap<SeriesAttributes, string>();
  return (attributes) => {
    let key = keys.get(attributes);
    if (key === undefined) {
      key = JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
      keys.set(attributes, key);
    }
    return key;
  };
}

/** Converts nanoseconds since the epoch to OpenTelemetry's pair of seconds and nanoseconds. */
export function hrTime(ns: bigint): HrTime {
  return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
}

/** `hrTime` with a cache, for times that many readings share. */
export function createHrTimeCache(): (ns: bigint) => HrTime {
  const cache = new Map<bigint, HrTime>();
  return (ns) => {
    const time = cache.get(ns) ?? hrTime(ns);
    cache.set(ns, time);
    return time;
  };
}

export function isLater(a: HrTime, b: HrTime): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}

export function later(a: HrTime, b: HrTime): HrTime {
  return isLater(a, b) ? a : b;
}

export function earlier(a: HrTime, b: HrTime): HrTime {
  return isLater(a, b) ? b : a;
}
