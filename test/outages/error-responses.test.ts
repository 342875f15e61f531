/** Receivers that reject exports: retries and log lines. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { unit } from '../bench/simulator/curves.ts';
import type { Arrival } from '../helpers/fault-receiver.ts';
import { asValues, pushedValues, sorted } from '../helpers/otlp-as-prometheus.ts';
import { metricsOf, pointsOf } from '../helpers/otlp-export.ts';
import { stopClock } from '../helpers/test-clock.ts';
import { every, exportCounts, startOutage } from './outage.ts';
import { CANARY, GOOD, refused } from './responses.ts';

const SEED = 7;

/** Milliseconds between consecutive requests. */
const gaps = (arrivals: readonly Arrival[]): readonly number[] =>
  arrivals.slice(1).map(({ time }, at) => time - (arrivals[at]?.time ?? Number.NaN));

const BEGIN_AND_END = ['warn otlp_export_failing', 'info otlp_export_recovered'];

const noneAtOnce = (arrivals: readonly Arrival[]): void => {
  assert.deepEqual(
    arrivals.filter(({ concurrent }) => concurrent > 0),
    [],
    'requests at the same time',
  );
};

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString();

describe('a receiver that rejects exports', () => {
  describe('error responses', () => {
    test('503 and 429 at random for 70 % of the requests over 60 intervals: totals are exact, the log is short', async (t) => {
      const answer = ({ number }: Arrival) => {
        const drawn = unit(SEED, number);
        return drawn < 0.3 ? GOOD : refused(drawn < 0.65 ? 503 : 429);
      };
      const clock = stopClock(t);
      const running = await startOutage(t, clock, { answer, config: every(100) });
      const { receiver, task } = running;
      await clock.until('60 intervals', async () => {
        task.advance(1);
        await running.poll();
        return receiver.arrivals.length >= 60 ? true : undefined;
      });
      const counts = exportCounts(await running.metrics());
      const failed = Object.values(counts.failures).reduce((a, b) => a + b, 0);
      assert.deepEqual(Object.keys(counts.failures).toSorted(), ['server_error', 'throttled']);
      assert.ok(failed > counts.exports / 2 && failed < counts.exports, `${failed} of ${counts.exports} failed`);
      const share = receiver.accepted.length / receiver.arrivals.length;
      assert.ok(share > 0.1 && share < 0.5, `${share} taken`);

      const served = (await running.metrics()).series.filter(({ name }) => name !== 'target_info');
      await clock.until('totals that are equal to those of the page', () => {
        const last = receiver.accepted.at(-1);
        const values = last && sorted(pushedValues(metricsOf(last)));
        return isDeepStrictEqual(values, sorted(asValues(served))) ? true : undefined;
      });
      noneAtOnce(receiver.arrivals);
      // One outage for all of its errors, and one line per minute.
      const log = running.log();
      t.diagnostic(`${receiver.arrivals.length} requests, ${failed} failed; ${log.length} lines: ${log.join(', ')}`);
      assert.deepEqual(
        log.map((line) => line.split(' ').slice(0, 2).join(' ')),
        BEGIN_AND_END,
      );
      assert.ok(!JSON.stringify(running.events()).includes(CANARY));
    });

    for (const [what, headers, minGaps] of [
      ['waits longer from time to time', {}, [800, 1200]],
      ['waits as long as it is told', { 'retry-after': '1' }, [1000, 1000, 1000]],
    ] as const) {
      test(`503 for every request: an export ${what}, with 6 attempts at most`, async (t) => {
        const config = { exportIntervalMs: 60_000, exportTimeoutMs: 60_000 };
        const clock = stopClock(t);
        const running = await startOutage(t, clock, {
          answer: refused(503, headers),
          otlp: { timeoutMs: 6000 },
          config,
        });
        const { receiver } = running;
        await clock.until('the warning', () => (running.log().length > 0 ? true : undefined));
        const found = gaps(receiver.arrivals);
        t.diagnostic(`gaps of ${found.map(Math.round).join(', ')} ms`);
        assert.ok(found.length >= minGaps.length && found.length <= 5, `${found}`);
        for (const [at, atLeast] of minGaps.entries()) assert.ok((found[at] ?? 0) >= atLeast - 5, `${found}`);
        await running.poll();
        const { exports, failures } = exportCounts(await running.metrics());
        assert.deepEqual({ exports, failures }, { exports: 1, failures: { server_error: 1 } });
        assert.deepEqual(running.log(), ['warn otlp_export_failing server_error']);
        noneAtOnce(receiver.arrivals);
      });
    }

    for (const status of [400, 401, 403, 404, 413]) {
      test(`${status}: one request per export, one log line, and no effect on the page`, async (t) => {
        // Long enough for a retry.
        const clock = stopClock(t);
        const running = await startOutage(t, clock, { answer: refused(status), config: every(1400) });
        const { receiver } = running;
        await clock.until('three exports', () => (receiver.arrivals.length >= 3 ? true : undefined));
        assert.equal(await running.status('/-/ready'), 200);
        assert.equal(await running.status('/-/healthy'), 200);
        assert.deepEqual(running.log(), ['warn otlp_export_failing client_error']);
        assert.match(running.lines().at(-1)?.message ?? '', new RegExp(`HTTP ${status} .*: `));
        assert.ok(!JSON.stringify(running.events()).includes(CANARY));
        receiver.answer = GOOD;
        await clock.during(running.exporter.shutdown());
        assert.deepEqual(running.log(), ['warn otlp_export_failing client_error', 'info otlp_export_recovered']);
        const before = receiver.accepted.flatMap((one) => pointsOf(one, 'aws.ecs.exporter.exports')).at(-1);
        assert.ok(before !== undefined && before.value >= 2);
        // After 413, the last export has several requests.
        const rejected = receiver.arrivals.length - receiver.accepted.length;
        // An export that was running at the last sample is not counted yet.
        assert.ok(rejected <= before.value + 1, `${rejected} for ${before.value}`);
        noneAtOnce(receiver.arrivals);
      });
    }
  });

  describe('Retry-After', () => {
    for (const status of [429, 503]) {
      const reason = status === 429 ? 'throttled' : 'server_error';

      test(`${status}, a second: applies across exports, until the receiver recovers`, async (t) => {
        const answer = ({ number }: Arrival) => (number < 3 ? refused(status, { 'retry-after': '1' }) : GOOD);
        const clock = stopClock(t);
        const running = await startOutage(t, clock, { answer, config: every(700) });
        const { receiver } = running;
        await clock.until('an export', () => receiver.accepted[0]);
        const waits = gaps(receiver.arrivals.slice(0, 4));
        assert.equal(waits.length, 3);
        for (const wait of waits) assert.ok(wait >= 1000, `${waits}`);
        await clock.until('the recovery in the log', () =>
          running.log().at(-1)?.startsWith('info') ? true : undefined,
        );
        await running.poll();
        const { failures } = exportCounts(await running.metrics());
        // Three error responses; the exports in between were held back.
        assert.ok((failures['throttled'] ?? 0) >= (status === 429 ? 6 : 3), JSON.stringify(failures));
        if (status === 503) assert.equal(failures[reason], 3, JSON.stringify(failures));
        assert.deepEqual(running.log(), [`warn otlp_export_failing ${reason}`, 'info otlp_export_recovered']);
      });

      for (const [what, value] of [
        ['a minute', () => '60'],
        ['a date', () => inSeconds(60)],
        ['a year', () => '31536000'],
      ] as const) {
        test(`${status}, ${what}: no request until then except the final export`, async (t) => {
          const clock = stopClock(t);
          const answer = refused(status, { 'retry-after': value() });
          const running = await startOutage(t, clock, { answer, config: every(400) });
          const { receiver } = running;
          await clock.until('what the receiver says', async () => {
            await running.poll();
            return exportCounts(await running.metrics()).failures[reason];
          });
          const asked = receiver.arrivals.length;
          await clock.until('four exports that are held back', async () => {
            await running.poll();
            const { failures } = exportCounts(await running.metrics());
            return (failures['throttled'] ?? 0) >= 4 + (status === 429 ? asked : 0) ? true : undefined;
          });
          assert.equal(receiver.arrivals.length, asked);
          receiver.answer = GOOD;
          running.task.advance(10);
          running.task.publish(running.endpoint);
          await clock.during(running.exporter.shutdown());
          assert.equal(receiver.arrivals.length, asked + 1);
          const last = receiver.accepted.at(-1);
          const [web] =
            last === undefined ? [] : pointsOf(last, 'aws.ecs.container.cpu.time', { 'container.name': 'web' });
          assert.equal(web?.value, 70 * 0.25);
          assert.equal(running.log().filter((line) => line.startsWith('warn')).length, 1);
        });
      }

      for (const [what, value] of [
        ['0', '0'],
        ['-1', '-1'],
        ['words', 'soon'],
        ['a number of something', '5 minutes'],
        ['a fraction', '0.5'],
        ['nothing', ''],
        ['a date that is past', inSeconds(-3600)],
        ['words that look like a date', 'junk 2099'],
      ] as const) {
        test(`${status}, ${what}: ignored`, async (t) => {
          const answer = ({ number }: Arrival) => (number < 2 ? refused(status, { 'retry-after': value }) : GOOD);
          const clock = stopClock(t);
          const running = await startOutage(t, clock, {
            answer,
            otlp: { timeoutMs: 8000 },
            config: { exportIntervalMs: 60_000, exportTimeoutMs: 60_000 },
          });
          const { receiver } = running;
          await clock.until('an export', () => receiver.accepted[0]);
          const waits = gaps(receiver.arrivals);
          assert.equal(waits.length, 2);
          for (const wait of waits) assert.ok(wait >= 790, `${waits}`);
          await running.poll();
          const { exports, failures } = exportCounts(await running.metrics());
          assert.deepEqual({ exports, failures }, { exports: 1, failures: {} });
          assert.deepEqual(running.log(), []);
        });
      }
    }
  });
});
