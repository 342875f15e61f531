/** Delta temporality with a failing receiver: the acknowledged deltas add up to the growth. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unit } from '../bench/simulator/curves.ts';
import { type OtlpPoint, pointsOf } from '../helpers/otlp-export.ts';
import { assertClose, counted, exporting, growth, sumOf } from './delta-exports.ts';
import { ACCEPT_THEN_RESET, GOOD, RESET_EARLY, refused } from './responses.ts';

const EXPORTS = 80;
const BAD = [refused(503), refused(429), refused(400), RESET_EARLY];

test('70 % of the exports fail at random: the acknowledged deltas add up to the growth', async (t) => {
  const running = await exporting(t, ({ number }) => {
    const isSuccessful = unit(5, number) < 0.3 || number >= EXPORTS;
    return isSuccessful ? GOOD : (BAD[Math.floor(unit(6, number) * BAD.length)] ?? GOOD);
  });
  const { receiver, task, sampler } = running;
  await running.next();
  const first = counted(sampler);
  while (receiver.arrivals.length < EXPORTS) {
    task.advance(1 + Math.floor(9 * unit(7, receiver.arrivals.length)));
    await running.next();
  }
  // The last export succeeds and contains the growth of the failed ones.
  task.advance(5);
  await running.next();
  const last = counted(sampler);
  assert.equal(receiver.arrivals.length, EXPORTS + 1);
  const failed = EXPORTS + 1 - receiver.accepted.length;
  assert.ok(failed > EXPORTS / 2, `${failed} failed`);
  const expected = growth(first, last);
  assert.ok(expected.size > 20 && (expected.get('container.cpu.time [["container.name","web"]]') ?? 1) > 0);
  // A counter from before the start has no point in the first export, and 0 afterwards if it does not grow.
  assertClose(sumOf(receiver.accepted), expected);
});

const sumOfPoints = (points: readonly OtlpPoint[]): number => points.reduce((sum, { value }) => sum + value, 0);

test('containers start, stop and restart during an outage', async (t) => {
  const running = await exporting(t, ({ number }) => (number % 4 === 3 ? GOOD : refused(503)));
  const { receiver, task } = running;
  await running.next();
  for (let at = 1; at <= 15; at += 1) {
    task.advance(10);
    if (at === 2 || at === 6) task.restart('worker');
    if (at === 5) task.add('late', { cores: 1 });
    // Absent from an accepted export, after growth in a failed one.
    const late = task.containers.get('late');
    if (late !== undefined) late.isRunning = at !== 11;
    await running.next();
  }
  assert.equal(receiver.accepted.length, 4);
  const sum = (name: string, container?: string): number =>
    sumOfPoints(
      receiver.accepted.flatMap((taken) => pointsOf(taken, name, container ? { 'container.name': container } : {})),
    );
  assert.equal(sum('aws.ecs.container.cpu.time', 'web'), 150 * 0.25);
  assert.equal(sum('aws.ecs.container.cpu.time', 'late'), 100);
  // Growth of a previous run after the last accepted export is lost: 20 s before the first
  // restart, and 30 s before the second one.
  assert.equal(sum('aws.ecs.container.cpu.time', 'worker'), (150 - 20 - 30) * 0.5);
  // The total of the task lacks only growth that was never sampled: the last 10 s before each restart.
  assert.equal(sum('aws.ecs.task.cpu.time'), 150 * 0.25 + 100 + (150 - 10 - 10) * 0.5);
});

test('an accepted export whose response is lost is counted again in the next one', async (t) => {
  const lost = new Set([2, 3, 6]);
  const running = await exporting(t, ({ number }) => (lost.has(number) ? ACCEPT_THEN_RESET : GOOD));
  const { receiver, task, sampler } = running;
  await running.next();
  const first = counted(sampler);
  for (let at = 1; at <= 9; at += 1) {
    task.advance(10);
    await running.next();
  }
  assert.equal(receiver.arrivals.length, 10);
  assert.equal(receiver.accepted.length, 10);
  const expected = growth(first, counted(sampler));
  const again = sumOf(receiver.accepted.filter(({ number }) => lost.has(number)));
  for (const [key, value] of again) expected.set(key, (expected.get(key) ?? 0) + value);
  assertClose(sumOf(receiver.accepted), expected);
  // 10 s in the first one that was lost, 20 s in the second one, 10 s in the third one; 90 s in all.
  const web = [...again].find(([key]) => key.startsWith('aws.ecs.container.cpu.time') && key.includes('"web"'));
  assert.equal(web?.[1], 40 * 0.25);
});
