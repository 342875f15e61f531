import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AggregationTemporality, InMemoryMetricExporter } from '@opentelemetry/sdk-metrics';
import { createOwnStarts } from '../../../instrumentation/own-starts.ts';
import { createPushPipeline } from '../../../instrumentation/readers/push.ts';
import { createRooms, ENERGY, fakeSource, pipelineOptions } from './made-up.ts';

test('a start is that of the first value, and a new one with each value that is less', () => {
  const startOf = createOwnStarts();
  const starts = [4, 5, 5, 0, 1].map((value, at) => startOf('a', value, [at, 0])[0]);
  assert.deepEqual(starts, [0, 0, 0, 3, 3]);
  assert.deepEqual(startOf('b', 1, [9, 0]), [9, 0], 'each series has its own');
});

test('a counter without a known start: a decrease is a reset in pushed data', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
  const room = createRooms();
  const source = fakeSource();
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const options = { exporter, intervalMs: 3_600_000, timeoutMs: 60_000, onExport: () => {}, watchedFromNs: 0n };
  const pipeline = createPushPipeline(pipelineOptions(source), options);
  for (const value of [4, 5, 1]) {
    source.show([{ metric: ENERGY, attributes: room('hall'), value }]);
    await pipeline.flush(60_000);
    t.mock.timers.tick(5);
  }
  const starts = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .flatMap(({ dataPoints }) => dataPoints.map(({ startTime }) => startTime.join('.')));
  assert.equal(starts.length, 3);
  assert.equal(starts[0], starts[1]);
  assert.notEqual(starts[1], starts[2]);
  await pipeline.shutdown(60_000);
});
