/**
 * OpenTelemetry JS keeps exporting series that are no longer observed, with their last value and a new time. If the first
 * test fails, the SDK has been fixed, and our workaround can be removed.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/issues/4096
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { registerInstruments } from '../../instrumentation/instruments.ts';
import { parseExposition } from '../real/exposition.ts';
import {
  ENERGY,
  fakeSource,
  memoryExporter,
  PEOPLE,
  pagesOf,
  ROOMS,
  startLoop,
  TEMPERATURE,
} from '../unit/instrumentation/fake-source.ts';

const HALL = Object.freeze({ room: 'hall' });
const METRICS = [TEMPERATURE, ENERGY, PEOPLE];
const OCCUPIED = METRICS.map((metric) => ({ metric, attributes: HALL, value: 5, startTimeNs: 5n }));
const NEVER_MS = 3_600_000;

function names(metrics: ResourceMetrics | undefined): readonly string[] {
  const all = metrics?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  return all.filter(({ dataPoints }) => dataPoints.length > 0).map(({ descriptor }) => descriptor.name);
}

test('the plain SDK exports series that are no longer observed', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: NEVER_MS });
  const provider = new MeterProvider({ readers: [reader] });
  const source = fakeSource();
  registerInstruments(provider, [ROOMS], source.houseReadings);
  source.show(OCCUPIED);
  await provider.forceFlush();
  source.show([]);
  await provider.forceFlush();
  const last = names(exporter.getMetrics().at(-1));
  await provider.shutdown();
  assert.deepEqual(
    last,
    METRICS.map(({ name }) => name),
  );
});

for (const temporality of ['cumulative', 'delta'] as const) {
  test(`exports omit series that are no longer observed: ${temporality}`, async (context) => {
    // A delta without growth is exported only if time has passed.
    context.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const exporter = memoryExporter(temporality);
    const source = fakeSource();
    const { loop } = startLoop(source, exporter, { intervalMs: NEVER_MS });
    const exported: (readonly string[])[] = [];
    for (const readings of [OCCUPIED, OCCUPIED.slice(0, 2), []]) {
      exporter.exports.length = 0;
      source.show(readings);
      await loop.flush(60_000);
      context.mock.timers.tick(5);
      exported.push(names(exporter.exports[0]));
    }
    await loop.shutdown(60_000);
    assert.deepEqual(exported, [METRICS.map(({ name }) => name), [TEMPERATURE.name, ENERGY.name], []]);
  });
}

test('pages omit series that are no longer observed', async () => {
  const source = fakeSource();
  const { page } = pagesOf(source);
  const pages: (readonly string[])[] = [];
  for (const readings of [OCCUPIED, OCCUPIED.slice(0, 2), []]) {
    source.show(readings);
    const { series } = parseExposition((await page()).body.toString());
    pages.push(series.map(({ name }) => name).filter((name) => name !== 'target_info'));
  }
  assert.deepEqual(pages, [
    ['room_temperature', 'room_energy_total', 'room_people'],
    ['room_temperature', 'room_energy_total'],
    [],
  ]);
});
