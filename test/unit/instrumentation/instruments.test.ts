import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diag } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { registerInstruments } from '../../../instrumentation/instruments.ts';
import { ENERGY, fakeSource, GARDEN, HUMIDITY, ROOMS, TEMPERATURE } from './fake-source.ts';

/** A MeterProvider with a reader of the SDK. */
function foreignProvider() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  return { exporter, provider: new MeterProvider({ readers: [reader] }) };
}

test('instruments work on any MeterProvider, with one scope per set, and can be unregistered', async (t) => {
  const { exporter, provider } = foreignProvider();
  const source = fakeSource();
  const registered = registerInstruments(
    provider,
    [ROOMS, { ...GARDEN, schemaUrl: 'https://example.org/1' }],
    source.houseReadings,
  );
  assert.equal(registered.lastObserved().size, 0);
  source.show(
    [{ metric: TEMPERATURE, attributes: { room: 'hall' }, value: 20 }],
    [{ metric: HUMIDITY, attributes: {}, value: 1 }],
  );
  await provider.forceFlush();
  const observed = [...registered.lastObserved().values()].flatMap((byName) => [...byName.values()].flat());
  assert.deepEqual(observed, [...source.houseReadings.current().byScope.values()].flat());
  const [metrics] = exporter.getMetrics();
  assert.deepEqual(
    metrics?.scopeMetrics.map(({ scope }) => [scope.name, scope.version, scope.schemaUrl]),
    [
      ['test/rooms', '1.0.0', undefined],
      ['test/garden', '2.0.0', 'https://example.org/1'],
    ],
  );
  const temperature = metrics?.scopeMetrics[0]?.metrics.find(({ descriptor }) => descriptor.name === TEMPERATURE.name);
  assert.equal(temperature?.descriptor.unit, 'Cel');
  assert.equal(temperature?.descriptor.description, TEMPERATURE.description);
  registered.unregister();
  const current = t.mock.method(source.houseReadings, 'current');
  await provider.forceFlush();
  assert.equal(current.mock.callCount(), 0, 'no callback is left');
  await provider.shutdown();
});

test('a collection reads the source once per set', async (t) => {
  const { provider } = foreignProvider();
  const source = fakeSource();
  const current = t.mock.method(source.houseReadings, 'current');
  registerInstruments(provider, [ROOMS, GARDEN], source.houseReadings);
  source.show(Array.from({ length: 100 }, (_, at) => ({ metric: ENERGY, attributes: { room: `${at}` }, value: at })));
  await provider.forceFlush();
  assert.equal(current.mock.callCount(), 2);
  await provider.shutdown();
});

test('a set without metrics registers nothing, and the SDK logs no warning', async (t) => {
  const warnings: unknown[] = [];
  const ignore = (): void => {};
  const warn = (...words: unknown[]): void => void warnings.push(words);
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore });
  t.after(() => diag.disable());
  const { provider } = foreignProvider();
  registerInstruments(provider, [{ ...ROOMS, metrics: [] }], fakeSource().houseReadings);
  await provider.shutdown();
  assert.deepEqual(warnings, []);
});
