/** The wall clock is set back and forth while the receiver fails intermittently. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricsOf, type OtlpPoint, pointsOf } from '../helpers/otlp-export.ts';
import { stopClock, type TestClock } from '../helpers/test-clock.ts';
import { every, exportCounts, type Outage, startOutage } from './outage.ts';
import { GOOD, refused } from './responses.ts';

const INTERVAL_MS = 300;
const HOUR_MS = 3_600_000;
const STEPS_MS = [HOUR_MS, -HOUR_MS, -HOUR_MS, -1, HOUR_MS];

test('exports continue, no point ends before it starts, no value is negative', async (t) => {
  const clock = stopClock(t);
  const [totals, deltas] = await Promise.all(
    (['cumulative', 'delta'] as const).map((temporality) =>
      startOutage(t, clock, {
        answer: ({ number }) => (number % 3 === 1 ? refused(503) : GOOD),
        otlp: { temporality },
        config: every(INTERVAL_MS),
      }),
    ),
  );
  if (totals === undefined || deltas === undefined) throw new Error('no exporters');
  const both = [totals, deltas];
  await clock.until('the first exports', () => both.every(({ receiver }) => receiver.accepted.length > 0) || undefined);
  for (const stepMs of STEPS_MS) {
    clock.setWallClock(stepMs);
    for (const running of both) await assertContinues(running, clock);
  }
  for (const running of both) {
    assert.equal(await running.status('/-/ready'), 200);
    await running.poll();
  }
  const { failures } = exportCounts(await deltas.metrics());
  await clock.during(Promise.all(both.map(({ exporter }) => exporter.shutdown())));
  both.forEach(assertTimes);

  assert.equal(webOf(totals).at(-1)?.value, 110 * 0.25);
  const starts = new Set(webOf(totals).map(({ startNs }) => startNs));
  assert.deepEqual([...starts], [totals.task.containers.get('web')?.startedNs]);

  const web = webOf(deltas);
  // Intervals do not overlap.
  for (const [at, { startNs }] of web.entries()) assert.ok(at === 0 || startNs >= (web[at - 1]?.timeNs ?? 0n));
  assert.deepEqual(Object.keys(failures), ['server_error']);
  const sum = web.reduce((all, { value }) => all + value, 0);
  assert.equal(sum, 50 * 0.25);
});

/** Takes a sample and waits for two exports, without extra exports after a clock change. */
async function assertContinues({ receiver, task, poll }: Outage, clock: TestClock): Promise<void> {
  const taken = receiver.accepted.length;
  const requests = receiver.arrivals.length;
  const startMs = clock.elapsedMs;
  task.advance(10);
  await poll();
  await clock.until('two exports', () => (receiver.accepted.length >= taken + 2 ? true : undefined));
  const intervals = (clock.elapsedMs - startMs) / INTERVAL_MS;
  const count = receiver.arrivals.length - requests;
  assert.ok(count <= intervals + 2, `${count} requests in ${intervals} intervals`);
}

function webOf({ receiver }: Outage): readonly OtlpPoint[] {
  return receiver.accepted.flatMap((taken) =>
    pointsOf(taken, 'aws.ecs.container.cpu.time', { 'container.name': 'web' }),
  );
}

function assertTimes({ receiver }: Outage): void {
  const metrics = receiver.accepted.flatMap(metricsOf);
  const ends = metrics.flatMap(({ points }) => points.map(({ timeNs }) => Number(timeNs / 1_000_000n)));
  assert.ok(Math.max(...ends) - Math.min(...ends) > 0.9 * HOUR_MS, 'the clock was not changed');
  for (const { name, isMonotonic, points } of metrics) {
    for (const { startNs, timeNs, value } of points) {
      assert.ok(startNs <= timeNs, `${name} from ${startNs} to ${timeNs}`);
      if (isMonotonic) assert.ok(value >= 0, `${name}: ${value}`);
    }
  }
}
