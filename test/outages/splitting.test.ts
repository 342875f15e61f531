/** Exports that are split into several requests: exact through failures of single requests and through outages. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unit } from '../bench/simulator/curves.ts';
import type { Arrival } from '../helpers/fault-receiver.ts';
import { metricsOf, type OtlpExport } from '../helpers/otlp-export.ts';
import { stopClock } from '../helpers/test-clock.ts';
import { assertClose, counted, exporting, growth, sumOf } from './delta-exports.ts';
import { every, exportCounts, startOutage } from './outage.ts';
import { accepted, GOOD, NO_RESPONSE, RESET_EARLY, refused } from './responses.ts';

const sizeOf = (exported: OtlpExport): number =>
  metricsOf(exported).reduce((sum, { points }) => sum + points.length, 0);

/** `metric attributes` of each point, in order. */
const seriesOf = (exports: readonly OtlpExport[]): readonly string[] =>
  exports.flatMap((exported) =>
    metricsOf(exported).flatMap(({ name, points }) =>
      points.map(({ attributes }) => `${name} ${JSON.stringify([...attributes])}`),
    ),
  );

const BAD = [refused(503), refused(400), RESET_EARLY, refused(413)];
const CASES = [
  { protocol: 'http/protobuf', maxPoints: 16, containers: 2, rounds: 60 },
  { protocol: 'http/json', maxPoints: 16, containers: 2, rounds: 60 },
  { protocol: 'http/protobuf', maxPoints: 1000, containers: 80, rounds: 20 },
] as const;

for (const { protocol, maxPoints, containers, rounds } of CASES) {
  test(`deltas, ${protocol}, ${maxPoints} points: 40 % of the requests fail at random, and accepted parts add up to the growth`, async (t) => {
    let isFinal = false;
    const answer = ({ number }: Arrival) =>
      isFinal || unit(11, number) > 0.4 ? GOOD : (BAD[Math.floor(unit(12, number) * BAD.length)] ?? GOOD);
    const names = Array.from({ length: containers }, (_, index) => `container-${index}`);
    const running = await exporting(t, answer, { maxPoints, protocol, compression: 'gzip' }, names);
    const { receiver, task, sampler } = running;
    await running.next();
    const first = counted(sampler);
    for (let round = 0; round < rounds; round += 1) {
      task.advance(1 + Math.floor(9 * unit(13, round)));
      await running.next();
    }
    isFinal = true;
    task.advance(5);
    await running.next();
    assert.ok(receiver.arrivals.length > 2 * rounds, `${receiver.arrivals.length} requests`);
    const sizes = receiver.accepted.map(sizeOf);
    assert.ok(Math.max(...sizes) <= maxPoints, `${Math.max(...sizes)} points`);
    assertClose(sumOf(receiver.accepted), growth(first, counted(sampler)));
  });
}

describe('cumulative', () => {
  test('one export in several requests counts once, with the points of accepted and failed requests', async (t) => {
    const clock = stopClock(t);
    const partial = accepted(JSON.stringify({ partialSuccess: { rejectedDataPoints: '2', errorMessage: 'too old' } }));
    const answers = new Map([
      [1, partial],
      [2, refused(400)],
      [3, partial],
    ]);
    const { receiver, exporter, metrics, log } = await startOutage(t, clock, {
      answer: ({ number }) => answers.get(number) ?? GOOD,
      otlp: { maxPoints: 10, protocol: 'http/json' },
      config: every(60_000),
    });
    await clock.until('the export', () => log().length >= 2 || undefined);
    await exporter.poll();
    const page = await metrics();
    const { exports, failures, rejectedPoints } = exportCounts(page);
    assert.equal(exports, 1);
    assert.deepEqual(failures, { client_error: 1 });
    assert.equal(rejectedPoints, 4);
    const byType = page
      .having({ otel_component_name: 'otlp' })
      .filter(({ name, value }) => name === 'otel_sdk_exporter_metric_data_point_exported_total' && value > 0)
      .map(({ labels, value }) => [labels.get('error_type') ?? '', value] as const);
    const sizes = receiver.accepted.map(sizeOf);
    assert.ok(sizes.length > 5 && sizes.slice(0, -1).every((size) => size === 10), sizes.join(' '));
    const sum = sizes.reduce((all, size) => all + size, 0);
    assert.deepEqual(Object.fromEntries(byType), { '': sum - 4, client_error: 10, rejected: 4 });
    assert.deepEqual(log(), ['warn otlp_export_failing client_error', 'warn otlp_partial_failing rejected_points']);
  });

  test('the timeout applies to all requests of an export together', async (t) => {
    const clock = stopClock(t);
    const { receiver, log } = await startOutage(t, clock, {
      answer: ({ number }) => (number >= 2 ? NO_RESPONSE : GOOD),
      otlp: { maxPoints: 10, timeoutMs: 5000 },
      config: every(60_000),
    });
    await clock.until(
      'the timeout',
      () => log().includes('warn otlp_export_failing timeout') || undefined,
      () => receiver.arrivals.length > 2,
    );
    assert.equal(receiver.arrivals.length, 3);
    assert.ok(clock.elapsedMs <= 5000 + 1000, `${clock.elapsedMs} ms`);
  });

  test('after 413, the next request has half as many points; everything arrives in the next export', async (t) => {
    const clock = stopClock(t);
    const sizes: number[] = [];
    const { receiver, log } = await startOutage(t, clock, {
      answer: ({ number }) => (number < 3 ? refused(413) : GOOD),
      config: every(60_000),
    });
    await clock.until('a complete export', () => log().includes('info otlp_export_recovered') || undefined);
    sizes.push(...receiver.accepted.map(sizeOf));
    const [largest = 0] = sizes.toSorted((a, b) => b - a);
    const series = seriesOf(receiver.accepted);
    const perExport = new Set(series).size;
    assert.ok(largest <= perExport / 4 && largest >= perExport / 16, `${largest} of ${perExport}`);
    assert.deepEqual(log(), ['warn otlp_export_failing client_error', 'info otlp_export_recovered']);
  });
});
