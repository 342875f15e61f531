import { DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** Units that the specification's translation spells out at the end of a Prometheus name. */
const SUFFIXES: ReadonlyMap<string, string> = new Map([
  ['By', 'bytes'],
  ['s', 'seconds'],
  ['1', 'ratio'],
]);

/**
 * Gives metrics the names that they have where OTLP becomes Prometheus (a Collector, Prometheus' own OTLP receiver), so
 * that pull and push show the same: the unit is spelt out at the end (`_bytes`, `_seconds`, and `_ratio` for gauges),
 * annotations (`{cpu}`) are dropped. The SDK's serializer adds `_total` to counters, and no unit.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
 */
export function withPrometheusNames(collected: ResourceMetrics): ResourceMetrics {
  return {
    resource: collected.resource,
    scopeMetrics: collected.scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(renamed) })),
  };
}

function renamed(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor;
  if (unit === '') return metric;
  const suffix = unit === '1' && metric.dataPointType !== DataPointType.GAUGE ? undefined : SUFFIXES.get(unit);
  const isNamed = suffix === undefined || name.endsWith(suffix);
  // Without its unit, since the serializer would print a line for it that the text format does not have.
  return { ...metric, descriptor: { ...metric.descriptor, name: isNamed ? name : `${name}_${suffix}`, unit: '' } };
}
