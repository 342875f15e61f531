/** What an export and a page say of the totals of one and the same sample. */
import assert from 'node:assert/strict';
import { asValues, pushedValues } from '../helpers/otlp-as-prometheus.ts';
import { metricsOf, type OtlpExport } from '../helpers/otlp-export.ts';
import { parseExposition } from '../real/exposition.ts';

/** What the exporter counts of itself goes on between the two, and is left out. */
export function assertSameTotals(exported: OtlpExport | undefined, page: string): void {
  if (exported === undefined) assert.fail('no export');
  const totals = totalsOf(exported);
  assert.ok(totals.size > 20, `only ${totals.size} totals`);
  assert.deepEqual([...totals].toSorted(), [...totalsOn(page)].toSorted());
}

export function totalsOf(exported: OtlpExport): ReadonlyMap<string, number> {
  const metrics = metricsOf(exported).filter(
    ({ name, isMonotonic }) => isMonotonic && !/^(?:aws\.ecs\.exporter|otel\.sdk\.exporter|process)\./.test(name),
  );
  return pushedValues(metrics);
}

function totalsOn(page: string): ReadonlyMap<string, number> {
  const { series } = parseExposition(page);
  return asValues(
    series.filter(
      ({ name }) => name.endsWith('_total') && !/^(?:aws_ecs_exporter|otel_sdk_exporter|process)_/.test(name),
    ),
  );
}
