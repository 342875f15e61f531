import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryDelayMs } from '../../../../src/sources/ecs-task/endpoint.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { failureOf, LONG_DEADLINE_MS, recordWaits, setUp } from './set-up.ts';

for (const [retryAfterMs, remainingMs, random, expectedMs] of [
  [0, 2000, 0, 50],
  [0, 2000, 0.5, 150],
  [1000, 2000, 0.5, 1000],
  [100, 2000, 0.999, 249.8],
  [2000, 2000, 0, undefined],
  [0, 50, 0, undefined],
  [0, -1, 0, undefined],
  [Number.POSITIVE_INFINITY, 2000, 0, undefined],
] as const) {
  test(`Retry-After of ${retryAfterMs} ms with ${remainingMs} ms left: waits ${expectedMs}`, () => {
    const delayMs = retryDelayMs(retryAfterMs, remainingMs, random);
    assert.equal(delayMs === undefined ? undefined : Math.round(delayMs * 10) / 10, expectedMs);
  });
}

for (const fault of [
  'reset',
  'hang-up',
  { status: 429, body: 'You have reached maximum request limit.' },
  { status: 500 },
] as const) {
  test(`one ${typeof fault === 'string' ? fault : fault.status} is retried once, 50 to 250 ms later`, async (t) => {
    const waits = recordWaits(t);
    const { server, client } = await setUp(t);
    server.failNext('task', fault);
    assert.deepEqual(await client.fetchTask(), server.task);
    assert.equal(server.requests.length, 2);
    const [waitMs = Number.NaN, ...others] = waits;
    assert.ok(waitMs >= 50 && waitMs < 250, `${waitMs} ms`);
    assert.deepEqual(others, []);
  });
}

test('Retry-After within the deadline is respected', async (t) => {
  const waits = recordWaits(t);
  const { server, client } = await setUp(t);
  server.failNext('task', { status: 429, headers: { 'retry-after': '1' } });
  assert.deepEqual(await client.fetchTask(), server.task);
  assert.deepEqual(waits, [1000]);
});

test('Retry-After beyond the deadline ends the fetch at once', async (t) => {
  const waits = recordWaits(t);
  const { server, client } = await setUp(t);
  server.fault = { status: 503, headers: { 'retry-after': String(LONG_DEADLINE_MS / 1000) } };
  assert.equal((await failureOf(client.fetchTask())).code, 'server_error');
  assert.deepEqual(waits, []);
  assert.equal(server.requests.length, 1);
});

test('the retry has the same deadline', async (t) => {
  recordWaits(t);
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const { server, client } = await setUp(t);
  server.failNext('stats', { status: 500 });
  server.fault = 'drip';
  const failure = failureOf(client.fetchStats());
  t.mock.timers.tick(LONG_DEADLINE_MS - 1);
  await eventually(() => server.requests.length === 2);
  t.mock.timers.tick(1);
  assert.equal((await failure).code, 'timeout');
  assert.equal(server.requests.length, 2);
});

test('if the deadline is too short for a retry, the first failure is reported', async (t) => {
  // The deadline itself does not expire.
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { server, client } = await setUp(t, { deadlineMs: 45 });
  server.fault = 'reset';
  assert.equal((await failureOf(client.fetchTask())).code, 'reset');
  assert.equal(server.requests.length, 1);
});
