import { CATALOGUE } from '../../src/metrics/catalogue.ts';
import type { MetricRow } from '../../src/metrics/row.ts';
import { type RowChoice, rowOf } from './metrics.ts';

/** Grafana's unit for a UCUM unit, and for its rate per second. */
const UNITS: Readonly<Record<string, readonly [value: string, rate: string]>> = {
  By: ['bytes', 'Bps'],
  s: ['s', 'percentunit'],
  '1': ['percentunit', 'none'],
  '{cpu}': ['suffix: cores', 'none'],
  '{packet}': ['short', 'pps'],
  '{operation}': ['short', 'iops'],
};

/** Units of annotations, such as `{container}`. */
const COUNT = ['short', 'cps'] as const;

/** Grafana's unit of a row's values. The unit is that of the semconv metric, because ecs instruments have none. */
export function valueUnit(row: RowChoice): string {
  return unitsOf(row)[0];
}

/** Grafana's unit of the rate of a row's counter. */
export function rateUnit(row: RowChoice): string {
  return unitsOf(row)[1];
}

function unitsOf(choice: RowChoice): readonly [value: string, rate: string] {
  const row: MetricRow = CATALOGUE[rowOf(choice, 'semconv')];
  if (row.semconv === undefined) throw new Error(`${rowOf(choice, 'semconv')} has no unit`);
  return UNITS[row.semconv.unit] ?? COUNT;
}
