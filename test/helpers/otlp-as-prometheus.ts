/** Converts pushed and scraped values to a common form. */
import type { Series } from '../real/exposition.ts';
import type { OtlpMetric } from './otlp-export.ts';

/** See https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ */
function prometheusName({ name, unit, kind, isMonotonic }: OtlpMetric): string {
  const suffix =
    unit === 'By' ? '_bytes' : unit === 's' ? '_seconds' : unit === '1' && kind === 'gauge' ? '_ratio' : '';
  return `${name.replaceAll('.', '_')}${suffix}${isMonotonic ? '_total' : ''}`;
}

const keyOf = (name: string, labels: Iterable<readonly [string, unknown]>): string =>
  `${name} ${[...labels]
    .map(
      ([label, value]) => `${label.replaceAll('.', '_')}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .toSorted()
    .join()}`;

export const asValues = (series: readonly Series[]): ReadonlyMap<string, number> =>
  new Map(series.map(({ name, labels, value }) => [keyOf(name, labels), value]));

export const pushedValues = (metrics: readonly OtlpMetric[]): ReadonlyMap<string, number> =>
  new Map(
    metrics.flatMap((metric) =>
      metric.points.map(({ attributes, value }): [string, number] => [
        keyOf(prometheusName(metric), attributes),
        value,
      ]),
    ),
  );

export const sorted = (values: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
  [...values].toSorted(([a], [b]) => (a < b ? -1 : 1));
