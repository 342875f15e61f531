import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Sampler } from '../../../src/sampler/sampler.ts';
import { type Answer, type ScriptedPoll, scriptedPoll } from './scripted-poll.ts';

const INTERVAL_MS = 1000;

interface TimedSampler {
  readonly sampler: Sampler;
  readonly script: ScriptedPoll;
  /** When each poll started, in milliseconds, rounded down to 50 (a timer of 0 ms is not exact here). */
  readonly starts: readonly number[];
  /** Advances the clock by `ms` in steps of 5. */
  pass(ms: number): Promise<void>;
}

/** A sampler on node:test's timers; `durationMs` is the duration of the next poll. */
function setUp(context: TestContext, first: Answer, durationMs: () => number): TimedSampler {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const starts: number[] = [];
  const script = scriptedPoll(first, async () => {
    starts.push(Date.now() - (Date.now() % 50));
    const ms = durationMs();
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  });
  const sampler = new Sampler({
    source: script.source,
    intervalMs: INTERVAL_MS,
    isSelected: () => true,
    vocabularies: ['ecs'],
    version: '0',
    observer: { onPoll: () => {} },
    monotonicMs: () => Date.now(),
  });
  context.after(() => void sampler.stop());
  return {
    sampler,
    script,
    starts,
    pass: async (ms) => {
      for (let step = 0; step < ms; step += 5) {
        context.mock.timers.tick(5);
        await turn();
      }
    },
  };
}

const GOOD: Answer = { read: 10, used: 1 };

test('polls start an interval apart, independently of their duration', async (context) => {
  const { sampler, starts, pass } = setUp(context, GOOD, () => 300);
  sampler.start();
  await pass(5500);
  assert.deepEqual(starts, [0, 1000, 2000, 3000, 4000, 5000]);
});

test('after a poll longer than the interval, the next one starts at once, and missed polls are skipped', async (context) => {
  let durationMs = 2500;
  const { sampler, starts, pass } = setUp(context, GOOD, () => durationMs);
  sampler.start();
  await pass(50);
  durationMs = 0;
  await pass(5000);
  assert.deepEqual(starts, [0, 2500, 3500, 4500]);
});

test('polls never overlap', async (context) => {
  const { sampler, starts, pass } = setUp(context, GOOD, () => 1500);
  sampler.start();
  await pass(5000);
  assert.deepEqual(starts, [0, 1500, 3000, 4500]);
});

test('an extra poll does not change the timer', async (context) => {
  const { sampler, starts, pass } = setUp(context, GOOD, () => 0);
  sampler.start();
  await pass(400);
  await sampler.poll();
  await pass(1800);
  assert.deepEqual(starts, [0, 400, 1000, 2000]);
});

test('polls are more frequent before the first success', async (context) => {
  const { sampler, script, starts, pass } = setUp(context, { fails: 'unreachable' }, () => 0);
  sampler.start();
  await pass(2500);
  script.answer = GOOD;
  await pass(2000);
  assert.deepEqual(starts, [0, 1000, 2000, 3000, 4000]);
});

test('polls of an endpoint that throttles become less frequent', async (context) => {
  const { sampler, script, starts, pass } = setUp(context, GOOD, () => 0);
  sampler.start();
  await pass(50);
  script.answer = { fails: 'throttled' };
  await pass(9000);
  assert.deepEqual(starts, [0, 1000, 2000, 4000, 8000]);
});

test('stop ends the timer', async (context) => {
  const { sampler, starts, pass } = setUp(context, GOOD, () => 0);
  sampler.start();
  await pass(1200);
  void sampler.stop();
  await pass(5000);
  assert.deepEqual(starts, [0, 1000]);
});

test('stop during a poll: the poll completes, and no other one starts', async (context) => {
  const { sampler, starts, pass } = setUp(context, GOOD, () => 500);
  sampler.start();
  await pass(100);
  let hasStopped = false;
  void sampler.stop().then(() => {
    hasStopped = true;
  });
  const before = sampler.current();
  await pass(300);
  assert.equal(hasStopped, false);
  await pass(5000);
  assert.equal(hasStopped, true);
  assert.deepEqual(starts, [0]);
  assert.notEqual(sampler.current(), before);
  assert.ok(
    sampler
      .current()[0]
      ?.readings.byScope.get('ecs-container-exporter/ecs')
      ?.some(({ value }) => value === 1),
  );
});

test('stop before start: no timer starts, but poll() still works', async (context) => {
  const { sampler, starts, pass } = setUp(context, GOOD, () => 0);
  void sampler.stop();
  sampler.start();
  await pass(3000);
  assert.deepEqual(starts, []);
  await sampler.poll();
  assert.equal(starts.length, 1);
});
