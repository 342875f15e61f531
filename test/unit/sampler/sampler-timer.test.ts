import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Sampler } from '../../../src/sampler/sampler.ts';
import { type Answer, type ScriptedPoll, scriptedPoll } from './scripted-poll.ts';

const INTERVAL_MS = 1000;

interface Timed {
  readonly sampler: Sampler;
  readonly script: ScriptedPoll;
  /** When each poll began, in milliseconds since the start, rounded down to 50 (a timer of 0 takes a moment here). */
  readonly begun: readonly number[];
  /** Lets `ms` pass, little by little. */
  pass(ms: number): Promise<void>;
}

/** A sampler on node:test's timers; each poll takes as long as `takesMs` says at that time. */
function setUp(context: TestContext, first: Answer, takesMs: () => number): Timed {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const begun: number[] = [];
  const script = scriptedPoll(first, async () => {
    begun.push(Date.now() - (Date.now() % 50));
    const ms = takesMs();
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
    begun,
    pass: async (ms) => {
      for (let step = 0; step < ms; step += 5) {
        context.mock.timers.tick(5);
        await turn();
      }
    },
  };
}

const GOOD: Answer = { read: 10, used: 1 };

test('polls begin an interval apart, however long they take', async (context) => {
  const { sampler, begun, pass } = setUp(context, GOOD, () => 300);
  sampler.start();
  await pass(5500);
  assert.deepEqual(begun, [0, 1000, 2000, 3000, 4000, 5000]);
});

test('after a poll that took too long the next begins at once, and what was missed is not made up for', async (context) => {
  let takesMs = 2500;
  const { sampler, begun, pass } = setUp(context, GOOD, () => takesMs);
  sampler.start();
  await pass(50);
  takesMs = 0;
  await pass(5000);
  assert.deepEqual(begun, [0, 2500, 3500, 4500]);
});

test('polls never overlap', async (context) => {
  const { sampler, begun, pass } = setUp(context, GOOD, () => 1500);
  sampler.start();
  await pass(5000);
  assert.deepEqual(begun, [0, 1500, 3000, 4500]);
});

test('a poll that somebody asks for does not move the timer', async (context) => {
  const { sampler, begun, pass } = setUp(context, GOOD, () => 0);
  sampler.start();
  await pass(400);
  await sampler.poll();
  await pass(1800);
  assert.deepEqual(begun, [0, 400, 1000, 2000]);
});

test('before the first success polls come sooner', async (context) => {
  const { sampler, script, begun, pass } = setUp(context, { fails: 'unreachable' }, () => 0);
  sampler.start();
  await pass(2500);
  script.answer = GOOD;
  await pass(2000);
  assert.deepEqual(begun, [0, 1000, 2000, 3000, 4000]);
});

test('an endpoint that throttles is asked less and less often', async (context) => {
  const { sampler, script, begun, pass } = setUp(context, GOOD, () => 0);
  sampler.start();
  await pass(50);
  script.answer = { fails: 'throttled' };
  await pass(9000);
  assert.deepEqual(begun, [0, 1000, 2000, 4000, 8000]);
});

test('stop ends the timer', async (context) => {
  const { sampler, begun, pass } = setUp(context, GOOD, () => 0);
  sampler.start();
  await pass(1200);
  void sampler.stop();
  await pass(5000);
  assert.deepEqual(begun, [0, 1000]);
});

test('stop during a poll waits for its readings, and no other poll follows', async (context) => {
  const { sampler, begun, pass } = setUp(context, GOOD, () => 500);
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
  assert.deepEqual(begun, [0]);
  assert.notEqual(sampler.current(), before);
  assert.ok(
    sampler
      .current()[0]
      ?.readings.byScope.get('ecs-container-exporter/ecs')
      ?.some(({ value }) => value === 1),
  );
});

test('stop before start: nothing ever begins, but one poll can still be asked for', async (context) => {
  const { sampler, begun, pass } = setUp(context, GOOD, () => 0);
  void sampler.stop();
  sampler.start();
  await pass(3000);
  assert.deepEqual(begun, []);
  await sampler.poll();
  assert.equal(begun.length, 1);
});
