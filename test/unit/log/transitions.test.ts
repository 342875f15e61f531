import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../../src/log/logger.ts';
import { createTransitions, type Transitions } from '../../../src/log/transitions.ts';

/** One step a second: a failure reason, or `ok`. Returns lines such as `second: level event reason/duration (suppressed)`. */
function play(
  steps: readonly string[],
  secondsBetween = 1,
  use: (transitions: Transitions, step: string) => void = step,
): string[] {
  const lines: string[] = [];
  let nowMs = 0;
  const write = (line: string) => lines.push(line) > 0;
  const logger = createLogger({ level: 'info', format: 'json', write, nowMs: () => nowMs });
  const transitions = createTransitions({ logger, nowMs: () => nowMs });
  const logged: string[] = [];
  for (const one of steps) {
    use(transitions, one);
    for (const line of lines.splice(0)) {
      const { level, event, reason, failed_for_ms, suppressed = 0 } = JSON.parse(line);
      logged.push(`${nowMs / 1_000}: ${level} ${event} ${reason ?? failed_for_ms} (${suppressed})`);
    }
    nowMs += secondsBetween * 1_000;
  }
  return logged;
}

function step(transitions: Transitions, reason: string): void {
  if (reason === 'ok') transitions.ok('poll');
  else transitions.failing('poll', reason, 'it failed');
}

test('only changes are logged', () => {
  assert.deepEqual(play(['ok', 'ok', 'timeout', 'timeout', 'timeout', 'refused', 'refused', 'ok', 'ok']), [
    '2: warn poll_failing timeout (0)',
    '5: warn poll_failing refused (0)',
    '7: info poll_recovered 5000 (0)',
  ]);
});

test('a failure that lasts for a day is two lines', () => {
  const day = Array.from({ length: 5_760 }, () => 'timeout');
  assert.deepEqual(play([...day, 'ok'], 15), [
    '0: warn poll_failing timeout (0)',
    '86400: info poll_recovered 86400000 (0)',
  ]);
});

test('a flapping failure logs at most one pair of lines a minute, with the number of suppressed changes', () => {
  const flapping = Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? 'timeout' : 'ok'));
  assert.deepEqual(play(flapping), [
    '0: warn poll_failing timeout (0)',
    '1: info poll_recovered 1000 (0)',
    '60: warn poll_failing timeout (58)',
    '61: info poll_recovered 1000 (0)',
  ]);
});

test('a failure that returns within a minute and lasts is logged after that minute', () => {
  assert.deepEqual(play(['timeout', 'ok', ...Array.from({ length: 100 }, () => 'timeout'), 'ok']), [
    '0: warn poll_failing timeout (0)',
    '1: info poll_recovered 1000 (0)',
    '60: warn poll_failing timeout (1)',
    '102: info poll_recovered 100000 (0)',
  ]);
});

test('alternating reasons are limited individually', () => {
  const turns = Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? 'timeout' : 'refused'));
  assert.deepEqual(play(turns), ['0: warn poll_failing timeout (0)', '1: warn poll_failing refused (0)']);
});

test('distinct reasons are limited together', () => {
  const logged = play(Array.from({ length: 600 }, (_, at) => `failed after ${at} ms`));
  assert.equal(logged.length, 50);
  assert.equal(logged[5], '60: warn poll_failing failed after 60 ms (55)');
});

test('topics are independent', () => {
  const logged = play(['poll', 'http', 'poll'], 1, (transitions, topic) =>
    transitions.failing(topic === 'poll' ? 'poll' : 'http', 'timeout', 'x'),
  );
  assert.deepEqual(logged, ['0: warn poll_failing timeout (0)', '1: warn http_failing timeout (0)']);
});
