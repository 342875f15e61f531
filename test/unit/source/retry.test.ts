import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs, retryDelayMs } from '../../../src/source/retry.ts';
import type { FaultEndpoint } from '../../helpers/fault-endpoint.ts';
import { failureOf, setUp } from './set-up.ts';

const NOW_MS = Date.parse('2026-11-22T12:00:00Z');

for (const [header, expectedMs] of [
  [undefined, 0],
  ['0', 0],
  ['1', 1000],
  ['86400', 86_400_000],
  ['Sun, 22 Nov 2026 12:00:05 GMT', 5000],
  ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
  ['-1', 0],
  ['1.5', 0],
  ['soon', 0],
  ['', 0],
  ['Nonsense, 99 Abc', 0],
] as const) {
  test(`Retry-After ${header} is ${expectedMs} ms`, () => assert.equal(retryAfterMs(header, NOW_MS), expectedMs));
}

for (const [wantedMs, remainingMs, random, expectedMs] of [
  [0, 2000, 0, 50],
  [0, 2000, 0.5, 150],
  [1000, 2000, 0.5, 1000],
  [100, 2000, 0.999, 249.8],
  [2000, 2000, 0, undefined],
  [0, 50, 0, undefined],
  [0, -1, 0, undefined],
  [Number.POSITIVE_INFINITY, 2000, 0, undefined],
] as const) {
  test(`asked for ${wantedMs} of ${remainingMs} ms left: waits ${expectedMs}`, () => {
    const delayMs = retryDelayMs(wantedMs, remainingMs, random);
    assert.equal(delayMs === undefined ? undefined : Math.round(delayMs * 10) / 10, expectedMs);
  });
}

for (const fault of [
  'reset',
  'hang-up',
  { status: 429, body: 'You have reached maximum request limit.' },
  { status: 500 },
] as const) {
  test(`one ${typeof fault === 'string' ? fault : fault.status} is made good by one retry, 50 to 250 ms later`, async (t) => {
    const { server, client } = await setUp(t);
    server.failNext('task', fault);
    assert.deepEqual(await client.fetchTask(), server.task);
    assert.equal(server.requests.length, 2);
    const gapMs = gapOf(server);
    // Timers may fire up to 1 ms early, and late on a busy machine.
    assert.ok(gapMs >= 49 && gapMs < 600, `${gapMs} ms`);
  });
}

test('a Retry-After that fits is honoured', async (t) => {
  const { server, client } = await setUp(t, { deadlineMs: 5000 });
  server.failNext('task', { status: 429, headers: { 'retry-after': '1' } });
  assert.deepEqual(await client.fetchTask(), server.task);
  assert.ok(gapOf(server) >= 999, `${gapOf(server)} ms`);
});

test('a Retry-After that does not fit ends the fetch at once', async (t) => {
  const { server, client } = await setUp(t, { deadlineMs: 2000 });
  server.fault = { status: 503, headers: { 'retry-after': '2' } };
  const startedAt = performance.now();
  assert.equal((await failureOf(client.fetchTask())).code, 'server_error');
  assert.ok(performance.now() - startedAt < 500);
  assert.equal(server.requests.length, 1);
});

test('the retry runs against the same deadline', async (t) => {
  const { server, client } = await setUp(t, { deadlineMs: 600 });
  server.failNext('stats', { status: 500 });
  server.fault = 'drip';
  const startedAt = performance.now();
  assert.equal((await failureOf(client.fetchStats())).code, 'timeout');
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs >= 599 && tookMs < 1000, `${tookMs} ms`);
  assert.equal(server.requests.length, 2);
});

test('a deadline too short for any retry reports the first failure', async (t) => {
  const { server, client } = await setUp(t, { deadlineMs: 45 });
  server.fault = { status: 404 };
  await failureOf(client.fetchTask());
  server.fault = 'reset';
  const error = await failureOf(client.fetchTask());
  assert.ok(error.code === 'reset' || error.code === 'timeout', error.code);
  assert.ok(server.requests.length <= 2, 'no retry of either');
});

function gapOf(server: FaultEndpoint): number {
  const [first, second] = server.requests;
  return (second?.time ?? Number.NaN) - (first?.time ?? Number.NaN);
}
