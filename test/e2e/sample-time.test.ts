/** OTLP points have the time of their sample, so a constant load has a constant rate, independent of the poll timing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OtlpExport, type OtlpPoint, pointsOf } from '../helpers/otlp-export.ts';
import { startPushingExporter } from '../helpers/pushing-exporter.ts';

const SECOND_NS = 1_000_000_000n;
/** Short, since the clock moves in small steps. */
const EXPORT_INTERVAL_MS = 1000;

function pointOf(exported: OtlpExport, name: string, container?: string): OtlpPoint {
  const attributes = container === undefined ? {} : { 'container.name': container };
  const [point, ...others] = pointsOf(exported, name, attributes);
  assert.ok(point !== undefined && others.length === 0, name);
  return point;
}

/** Exports after each step; a step advances the sample by a number of seconds, and 0 repeats the sample. */
async function exportsOf(
  t: Parameters<typeof startPushingExporter>[0],
  steps: readonly number[],
  temporality?: 'delta',
) {
  const config = { exportIntervalMs: EXPORT_INTERVAL_MS };
  const pushing = await startPushingExporter(t, { config, ...(temporality && { otlp: { temporality } }) });
  const exports = [await pushing.receiver.received(0)];
  for (const seconds of steps) {
    pushing.task.advance(seconds);
    await pushing.poll();
    exports.push(await pushing.clock.until('an export', () => pushing.receiver.exports[exports.length]));
  }
  return exports;
}

for (const [name, container] of [
  ['aws.ecs.container.cpu.time', 'web'],
  ['aws.ecs.task.cpu.time', undefined],
  ['container.cpu.usage', 'web'],
  ['container.uptime', 'web'],
] as const) {
  test(`${name} has the time of the sample, which stays until the sample is renewed`, async (t) => {
    const exports = await exportsOf(t, [10, 20, 0, 10]);
    const points = exports.slice(1).map((exported) => pointOf(exported, name, container));
    const [first] = points;
    assert.ok(first !== undefined);
    assert.deepEqual(
      points.map(({ timeNs }) => (timeNs - first.timeNs) / SECOND_NS),
      [0n, 20n, 20n, 30n],
    );
    assert.equal(points[2]?.value, points[1]?.value);
  });
}

test('a constant load has a constant rate', async (t) => {
  const points = (await exportsOf(t, [10, 20, 10, 20])).map((exported) =>
    pointOf(exported, 'aws.ecs.container.cpu.time', 'web'),
  );
  for (const [index, { value, timeNs }] of points.entries()) {
    const last = points[index - 1];
    if (last !== undefined) assert.equal((value - last.value) / (Number(timeNs - last.timeNs) / 1e9), 0.25);
  }
});

test('deltas cover the time between samples; a sample that is not renewed has no delta', async (t) => {
  const exports = await exportsOf(t, [10, 20, 0, 10], 'delta');
  const points = exports.flatMap((exported) =>
    pointsOf(exported, 'aws.ecs.container.cpu.time', { 'container.name': 'web' }),
  );
  assert.deepEqual(
    points.map(({ value, startNs, timeNs }) => [value, (timeNs - startNs) / SECOND_NS]),
    [
      [2.5, 10n],
      [5, 20n],
      [2.5, 10n],
    ],
  );
});

test('state, limits and metrics of the exporter have the time of the poll', async (t) => {
  const exports = await exportsOf(t, [10, 0]);
  const [, before, after] = exports;
  assert.ok(before !== undefined && after !== undefined);
  for (const [name, container] of [
    ['aws.ecs.container.running', 'web'],
    ['aws.ecs.container.info', 'web'],
    ['aws.ecs.container.cpu.reservation', 'web'],
    ['aws.ecs.task.cpu.limit', undefined],
    ['aws.ecs.exporter.polls', undefined],
  ] as const) {
    const earlier: OtlpPoint = pointOf(before, name, container);
    const later: OtlpPoint = pointOf(after, name, container);
    assert.equal(later.timeNs - earlier.timeNs, BigInt(EXPORT_INTERVAL_MS) * 1_000_000n, name);
  }
});
