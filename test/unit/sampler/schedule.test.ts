import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextPollAfterMs, type PollHistory } from '../../../src/sampler/schedule.ts';
import { ENDPOINT_ERROR_CODES } from '../../../src/sources/ecs-task/endpoint-error.ts';

type Case = readonly [intervalMs: number, history: PollHistory, expectedMs: number];

const CASES: readonly Case[] = [
  [15_000, { hasSucceeded: true, failures: 0 }, 15_000],
  [15_000, { hasSucceeded: false, failures: 0 }, 15_000],
  // Before the first success: 1 s, doubling up to the interval.
  [15_000, { hasSucceeded: false, failures: 1, lastFailure: 'unreachable' }, 1000],
  [15_000, { hasSucceeded: false, failures: 2, lastFailure: 'unreachable' }, 2000],
  [15_000, { hasSucceeded: false, failures: 4, lastFailure: 'server_error' }, 8000],
  [15_000, { hasSucceeded: false, failures: 5, lastFailure: 'client_error' }, 15_000],
  [15_000, { hasSucceeded: false, failures: 5000, lastFailure: 'parse' }, 15_000],
  [500, { hasSucceeded: false, failures: 1, lastFailure: 'timeout' }, 500],
  // After the first success: the interval.
  [15_000, { hasSucceeded: true, failures: 1, lastFailure: 'unreachable' }, 15_000],
  [15_000, { hasSucceeded: true, failures: 50, lastFailure: 'timeout' }, 15_000],
  // Backoff for throttling and server errors.
  [15_000, { hasSucceeded: false, failures: 1, lastFailure: 'throttled' }, 15_000],
  [15_000, { hasSucceeded: true, failures: 2, lastFailure: 'throttled' }, 30_000],
  [15_000, { hasSucceeded: true, failures: 3, lastFailure: 'throttled' }, 60_000],
  [15_000, { hasSucceeded: true, failures: 9999, lastFailure: 'throttled' }, 60_000],
  [15_000, { hasSucceeded: true, failures: 2, lastFailure: 'server_error' }, 30_000],
  // An interval above the maximum backoff stays.
  [300_000, { hasSucceeded: true, failures: 4, lastFailure: 'throttled' }, 300_000],
];

for (const [intervalMs, history, expectedMs] of CASES) {
  test(`interval ${intervalMs} ms, ${JSON.stringify(history)}: next poll after ${expectedMs} ms`, () => {
    assert.equal(nextPollAfterMs(intervalMs, history), expectedMs);
  });
}

test('the delay is between the interval and the maximum after any number of failures', () => {
  for (const lastFailure of ENDPOINT_ERROR_CODES) {
    for (const hasSucceeded of [false, true]) {
      for (let failures = 1; failures < 2000; failures += 1) {
        const waitMs = nextPollAfterMs(1000, { hasSucceeded, failures, lastFailure });
        assert.ok(waitMs >= 1000 && waitMs <= 60_000, `${lastFailure} ${failures}: ${waitMs}`);
      }
    }
  }
});
