import { DataPointType, type MetricData, type ResourceMetrics, type ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { Reading } from './metric-definition.ts';

/** What our instruments make: gauges and sums. */
export type NumericMetric = Extract<MetricData, { dataPointType: DataPointType.GAUGE | DataPointType.SUM }>;

export function isNumeric(metric: MetricData): metric is NumericMetric {
  return metric.dataPointType === DataPointType.GAUGE || metric.dataPointType === DataPointType.SUM;
}

/** Whether its values are totals that only rise. */
export function isCounter(metric: MetricData): boolean {
  return metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
}

/** One metric of a collection. */
export interface MetricCollection {
  /** Counters are totals since they began. */
  readonly data: NumericMetric;
  /** The readings that its points show, in their order. */
  readonly readings: readonly Reading[];
}

/** What one resource showed of one set of metrics at one sample. */
export interface ScopeCollection {
  readonly scope: ScopeMetrics['scope'];
  readonly metrics: readonly MetricCollection[];
}

/** What one resource showed at one sample. */
export interface ResourceCollection {
  /** Tells the resources of a source apart. */
  readonly key: string;
  readonly resource: ResourceMetrics['resource'];
  readonly scopes: readonly ScopeCollection[];
}

/** A collection as the SDK's exporters take it. */
export function resourceMetricsOf({ resource, scopes }: ResourceCollection): ResourceMetrics {
  return {
    resource,
    scopeMetrics: scopes.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(({ data }) => data) })),
  };
}
