/**
 * With delta temporality, a point starts at the end of the last export. If the wall clock was set back in the meantime, its
 * end would be before its start, which the protocol forbids and receivers reject.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENERGY, fakeSource, memoryExporter, startLoop } from '../unit/instrumentation/fake-source.ts';

test('a delta does not end before its start if the clock is set back', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
  const exporter = memoryExporter('delta');
  const source = fakeSource();
  const { loop } = startLoop(source, exporter, { intervalMs: 3_600_000 });
  for (const [value, nowMs] of [
    [1, 1_700_000_000_000],
    [2, 1_600_000_000_000],
    [4, 1_600_000_010_000],
  ] as const) {
    context.mock.timers.setTime(nowMs);
    source.show([{ metric: ENERGY, attributes: {}, value, startTimeNs: 1_500_000_000_000_000_000n }]);
    await loop.flush(60_000);
  }
  const points = exporter.exports
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .flatMap(({ dataPoints }) => [...dataPoints]);
  await loop.shutdown(60_000);
  assert.deepEqual(
    points.map(({ value }) => value),
    [1, 1, 2],
  );
  for (const { startTime, endTime } of points) assert.ok(startTime[0] <= endTime[0], `${startTime} to ${endTime}`);
});
