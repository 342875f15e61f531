/**
 * OpenTelemetry JS goes on exporting a series that is not observed any more, for ever, with its last value and a fresh
 * time. The first test holds that up as a fact: when it fails, the SDK is mended, and instrumentation/finish.ts can go.
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
import { createPullPipeline } from '../../instrumentation/prometheus/pull-pipeline.ts';
import { createPushPipeline } from '../../instrumentation/readers/push.ts';
import { parseExposition } from '../real/exposition.ts';
import { ENERGY, fakeSource, PEOPLE, pipelineOptions, ROOMS, TEMPERATURE } from '../unit/instrumentation/made-up.ts';

const HALL = Object.freeze({ room: 'hall' });
const METRICS = [TEMPERATURE, ENERGY, PEOPLE];
const OCCUPIED = METRICS.map((metric) => ({ metric, attributes: HALL, value: 5, startTimeNs: 5n }));
const NEVER_MS = 3_600_000;

function names(metrics: ResourceMetrics | undefined): readonly string[] {
  const all = metrics?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  return all.filter(({ dataPoints }) => dataPoints.length > 0).map(({ descriptor }) => descriptor.name);
}

test('the plain SDK exports series that are gone', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: NEVER_MS });
  const provider = new MeterProvider({ readers: [reader] });
  const source = fakeSource();
  registerInstruments(provider, [ROOMS], source);
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

for (const temporality of [AggregationTemporality.CUMULATIVE, AggregationTemporality.DELTA]) {
  test(`a push pipeline does not: ${AggregationTemporality[temporality]}`, async () => {
    const exporter = new InMemoryMetricExporter(temporality);
    const source = fakeSource();
    const pipeline = createPushPipeline(pipelineOptions(source), {
      exporter,
      intervalMs: NEVER_MS,
      timeoutMs: 60_000,
      onExport: () => {},
      watchedFromNs: 0n,
    });
    const exported: (readonly string[])[] = [];
    for (const readings of [OCCUPIED, OCCUPIED.slice(0, 2), []]) {
      exporter.reset();
      source.show(readings);
      await pipeline.flush(60_000);
      exported.push(names(exporter.getMetrics()[0]));
    }
    await pipeline.shutdown(60_000);
    assert.deepEqual(exported, [METRICS.map(({ name }) => name), [TEMPERATURE.name, ENERGY.name], []]);
  });
}

test('nor does a page', async () => {
  const source = fakeSource();
  const pipeline = createPullPipeline(pipelineOptions(source));
  const pages: (readonly string[])[] = [];
  for (const readings of [OCCUPIED, OCCUPIED.slice(0, 2), []]) {
    source.show(readings);
    const { series } = parseExposition((await pipeline.page()).body.toString());
    pages.push(series.map(({ name }) => name).filter((name) => name !== 'target_info'));
  }
  await pipeline.shutdown();
  assert.deepEqual(pages, [
    ['room_temperature', 'room_energy_total', 'room_people'],
    ['room_temperature', 'room_energy_total'],
    [],
  ]);
});
