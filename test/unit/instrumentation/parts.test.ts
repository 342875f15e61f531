/** Exports in parts: their order, size and acknowledgement, and the combined outcome. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import * as fc from 'fast-check';
import type { ResourceCollection } from '../../../instrumentation/collection.ts';
import {
  ExportError,
  type ExportFailureReason,
  type MetricExporter,
  type Outcome,
} from '../../../instrumentation/metric-exporter.ts';
import { countPoints, exportParts, slicePoints } from '../../../instrumentation/parts.ts';
import { propertyRuns } from '../../helpers/property-runs.ts';
import { collectorOf, createRooms, ENERGY, fakeSource, GARDEN, HUMIDITY, ROOMS, TEMPERATURE } from './fake-source.ts';

const room = createRooms();

/** One resource with two scopes: two metrics with a point per room, and one metric with a point per bed. */
async function collectionOf(rooms: number, beds: number): Promise<readonly ResourceCollection[]> {
  const source = fakeSource();
  const names = Array.from({ length: rooms }, (_, index) => room(`room ${index}`));
  source.show(
    [TEMPERATURE, ENERGY].flatMap((metric) => names.map((attributes, value) => ({ metric, attributes, value }))),
    Array.from({ length: beds }, (_, value) => ({ metric: HUMIDITY, attributes: room(`bed ${value}`), value })),
  );
  return collectorOf(source, [ROOMS, GARDEN]).collect([ROOMS, GARDEN]);
}

/** `metric room` of each point. */
function pointsOf(metrics: readonly ResourceMetrics[]): readonly string[] {
  const all = metrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return all.flatMap(({ descriptor, dataPoints }) =>
    [...dataPoints].map(({ attributes }) => `${descriptor.name} ${attributes['room']}`),
  );
}

const readingsOf = (collected: readonly ResourceCollection[]): readonly string[] =>
  collected
    .flatMap(({ scopes }) => scopes.flatMap(({ metrics }) => metrics))
    .flatMap(({ readings }) => readings.map(({ metric, attributes }) => `${metric.name} ${attributes['room']}`));

/** An exporter with one outcome per part; the limit can change between parts. */
function scripted(limits: readonly (number | undefined)[], outcomes: readonly Outcome[]) {
  const parts: (readonly string[])[] = [];
  const exporter: MetricExporter = {
    temporality: 'delta',
    maxPoints: () => limits[Math.min(parts.length, limits.length - 1)] ?? Number.POSITIVE_INFINITY,
    export: async (metrics) => {
      parts.push(pointsOf(metrics));
      return outcomes[parts.length - 1] ?? {};
    },
    close: async () => {},
  };
  return { exporter, parts };
}

const failed = (reason: ExportFailureReason, retryAfterMs?: number): Outcome => ({
  error: new ExportError(reason, `${reason}!`),
  retryAfterMs,
});

async function run(outcomes: readonly Outcome[], limits: readonly (number | undefined)[] = [3]) {
  const collected = await collectionOf(4, 2);
  const { exporter, parts } = scripted(limits, outcomes);
  const accepted: (readonly string[])[] = [];
  const { signal } = new AbortController();
  const result = await exportParts(exporter, collected, signal, (part) => accepted.push(readingsOf(part)));
  return { ...result, accepted, parts, sizes: parts.map(({ length }) => length), all: readingsOf(collected) };
}

test('ten points in parts of three: all points once, in order', async () => {
  const { outcome, failedPoints, sizes, parts, accepted, all } = await run([]);
  assert.deepEqual(sizes, [3, 3, 3, 1]);
  assert.deepEqual(parts.flat(), all);
  assert.deepEqual(accepted, parts);
  assert.equal(failedPoints, 0);
  assert.equal(outcome.error, undefined);
});

test('without a limit, one part', async () => {
  const { sizes } = await run([], [undefined]);
  assert.deepEqual(sizes, [10]);
});

test('a limit that falls during the export applies to the next part', async () => {
  const { sizes, failedPoints, parts, all } = await run([failed('client_error')], [4, 2]);
  assert.deepEqual(sizes, [4, 2, 2, 2]);
  assert.deepEqual(parts.flat(), all);
  assert.equal(failedPoints, 4);
});

test('a rejected part does not prevent the others, and is not acknowledged', async () => {
  const { outcome, failedPoints, sizes, accepted, parts } = await run([{}, failed('client_error')]);
  assert.deepEqual(sizes, [3, 3, 3, 1]);
  assert.deepEqual(accepted, [parts[0], parts[2], parts[3]]);
  assert.equal(failedPoints, 3);
  assert.equal(outcome.error?.reason, 'client_error');
});

for (const [name, outcome] of [
  ['unreachable', failed('unreachable')],
  ['timeout', failed('timeout')],
  ['throttled', failed('throttled', 5000)],
  ['server_error', failed('server_error')],
  ['client_error with Retry-After', failed('client_error', 5000)],
  ['too large', { ...failed('client_error'), isTooLarge: true }],
] as const) {
  test(`${name}: the rest is not sent and counts as failed`, async () => {
    const { outcome: result, failedPoints, sizes, accepted, parts } = await run([{}, outcome]);
    assert.deepEqual(sizes, [3, 3]);
    assert.deepEqual(accepted, [parts[0]]);
    assert.equal(failedPoints, 7);
    assert.equal(result.error, outcome.error);
    assert.equal(result.retryAfterMs, outcome.retryAfterMs);
  });
}

test('rejected points add up; the first message and the first error remain', async () => {
  const partial = (rejectedPoints: number, message: string): Outcome => ({ partial: { rejectedPoints, message } });
  const { outcome } = await run([partial(1, ''), failed('client_error'), partial(2, 'late'), partial(0, 'old')]);
  assert.deepEqual(outcome.partial, { rejectedPoints: 3, message: 'late' });
  assert.equal(outcome.error?.reason, 'client_error');
});

test('property: slices of any size contain each point once, and readings match points', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 1, max: 20 }),
      async (rooms, beds, size) => {
        const collected = await collectionOf(rooms, beds);
        const total = countPoints(collected);
        const slices: (readonly ResourceCollection[])[] = [];
        for (let from = 0; from < total; from += size) slices.push(slicePoints(collected, from, from + size));
        assert.deepEqual(slices.flatMap(readingsOf), readingsOf(collected));
        for (const slice of slices) {
          assert.ok(countPoints(slice) > 0 && countPoints(slice) <= size);
          for (const { data, readings } of slice.flatMap(({ scopes }) => scopes.flatMap(({ metrics }) => metrics))) {
            assert.equal(data.dataPoints.length, readings.length);
            assert.ok(readings.length > 0);
          }
        }
      },
    ),
    propertyRuns(100),
  );
});
