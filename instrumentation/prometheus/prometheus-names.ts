import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import type { MetricDefinition } from '../metric-definition.ts';

/** Units that the specification's translation spells out at the end of a Prometheus name. */
const SUFFIXES: ReadonlyMap<string, string> = new Map([
  ['By', 'bytes'],
  ['s', 'seconds'],
  ['1', 'ratio'],
]);

/**
 * An instrument's name in Prometheus, as it is where OTLP becomes Prometheus (a Collector, Prometheus' own OTLP receiver):
 * the unit is spelt out at the end (`_bytes`, `_seconds`, and `_ratio` for gauges), annotations (`{cpu}`) are dropped,
 * counters end in `_total`.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
 */
export function prometheusName({ name, unit, kind }: Omit<MetricDefinition, 'description'>): string {
  const withUnit = unitSpeltOut(name, unit, kind === 'gauge');
  return `${withUnit.replace(/[^a-zA-Z0-9_]+/g, '_')}${kind === 'counter' ? '_total' : ''}`;
}

/** Gives a metric this name, for the SDK's serializer: it adds `_total` itself, and no unit. */
export function withPrometheusName(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor;
  if (unit === '') return metric;
  const named = unitSpeltOut(name, unit, metric.dataPointType === DataPointType.GAUGE);
  // Without its unit, since the serializer would print a line for it that the text format does not have.
  return { ...metric, descriptor: { ...metric.descriptor, name: named, unit: '' } };
}

function unitSpeltOut(name: string, unit: string, isGauge: boolean): string {
  const suffix = unit === '1' && !isGauge ? undefined : SUFFIXES.get(unit);
  return suffix === undefined || name.endsWith(suffix) ? name : `${name}_${suffix}`;
}
