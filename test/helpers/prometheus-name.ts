import type { MetricDefinition } from '../../instrumentation/metric-definition.ts';

const SUFFIXES: Readonly<Record<string, string>> = { By: '_bytes', s: '_seconds' };

/**
 * The name of an instrument on a Prometheus page, implemented independently of the program.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
 */
export function prometheusName({ name, kind, unit }: Pick<MetricDefinition, 'name' | 'kind' | 'unit'>): string {
  const suffix = unit === '1' && kind === 'gauge' ? '_ratio' : (SUFFIXES[unit] ?? '');
  const base = prometheusLabel(name);
  return `${base.endsWith(suffix) ? base : base + suffix}${kind === 'counter' ? '_total' : ''}`;
}

export function prometheusLabel(attribute: string): string {
  return attribute.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}
