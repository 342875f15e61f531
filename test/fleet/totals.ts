/** Compares the counters of an export with those of a page of the same sample. */
import assert from 'node:assert/strict';
import { asValues, pushedValues } from '../helpers/otlp-as-prometheus.ts';
import { metricsOf, type OtlpExport } from '../helpers/otlp-export.ts';
import { parseExposition } from '../real/exposition.ts';

/** Excluded: the exporter's own counters change between the export and the page. */
const OF_THE_EXPORTER = /^(?:aws[._]ecs[._]exporter|otel[._]sdk[._]exporter|process)[._]/;

export function assertSameTotals(exported: OtlpExport | undefined, page: string): void {
  if (exported === undefined) assert.fail('no export');
  const totals = totalsOf(exported);
  assert.ok(totals.size > 20, `only ${totals.size} totals`);
  assert.deepEqual([...totals].toSorted(), [...totalsOn(page)].toSorted());
}

export function totalsOf(exported: OtlpExport): ReadonlyMap<string, number> {
  const metrics = metricsOf(exported).filter(({ name, isMonotonic }) => isMonotonic && !OF_THE_EXPORTER.test(name));
  return pushedValues(metrics);
}

function totalsOn(page: string): ReadonlyMap<string, number> {
  const { series } = parseExposition(page);
  return asValues(series.filter(({ name }) => name.endsWith('_total') && !OF_THE_EXPORTER.test(name)));
}
