import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStartTimes } from '../../../instrumentation/scope-meter.ts';
import { ENERGY, fakeSource, LONG_MS, memoryExporter, startLoop } from './fake-source.ts';

const energy = (value: number, room = 'a') => ({ metric: ENERGY, attributes: { room }, value });

test('the start time is the time of the first value, reset whenever the value decreases', () => {
  const startOf = createStartTimes();
  const starts = [4, 5, 5, 0, 1].map((value, at) => startOf(energy(value), [at, 0])[0]);
  assert.deepEqual(starts, [0, 0, 0, 3, 3]);
  assert.deepEqual(startOf(energy(1, 'b'), [9, 0]), [9, 0], 'each series has its own start time');
});

test('above the limit, the least recently observed series is dropped', () => {
  const startOf = createStartTimes(2);
  const startAt = (room: string, at: number) => startOf(energy(1, room), [at, 0])[0];
  const starts = [startAt('a', 1), startAt('b', 2), startAt('a', 3), startAt('c', 4), startAt('a', 5), startAt('b', 6)];
  assert.deepEqual(starts, [1, 2, 1, 4, 1, 6]);
});

test('a decrease of a counter without a reported start time is exported as a reset', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
  const source = fakeSource();
  const exporter = memoryExporter();
  const { loop } = startLoop(source, exporter, { intervalMs: 3_600_000 });
  for (const value of [4, 5, 1]) {
    source.show([energy(value, 'hall')]);
    await loop.flush(LONG_MS);
    t.mock.timers.tick(5);
  }
  const starts = exporter.exports
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .flatMap(({ dataPoints }) => dataPoints.map(({ startTime }) => startTime.join('.')));
  assert.equal(starts.length, 3);
  assert.equal(starts[0], starts[1]);
  assert.notEqual(starts[1], starts[2]);
  await loop.shutdown(LONG_MS);
});
