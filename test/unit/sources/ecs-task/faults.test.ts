import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { EndpointError, EndpointErrorCode } from '../../../../src/sources/ecs-task/endpoint-error.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { type Fault, type FaultEndpoint, startFaultEndpoint } from '../../../helpers/fault-endpoint.ts';
import { createClient, failureOf, LONG_DEADLINE_MS, setUp } from './set-up.ts';

/** In every body of a fault; must not appear in an error. */
const CANARY = 'canary-6f1e';

interface Case {
  readonly fault: Fault;
  readonly code: EndpointErrorCode;
  /** Number of requests of one fetch. */
  readonly requests: 1 | 2;
}

const CASES: readonly Case[] = [
  { fault: { status: 429, body: CANARY }, code: 'throttled', requests: 2 },
  { fault: { status: 500, body: `"${CANARY}"` }, code: 'server_error', requests: 2 },
  { fault: { status: 503, body: CANARY }, code: 'server_error', requests: 2 },
  { fault: { status: 400, body: CANARY }, code: 'client_error', requests: 1 },
  { fault: { status: 404, body: CANARY }, code: 'client_error', requests: 1 },
  { fault: { status: 301, headers: { location: `/${CANARY}` } }, code: 'redirect', requests: 1 },
  { fault: { status: 304 }, code: 'redirect', requests: 1 },
  { fault: 'redirect', code: 'redirect', requests: 1 },
  { fault: 'upgrade', code: 'redirect', requests: 1 },
  { fault: 'hang', code: 'timeout', requests: 1 },
  { fault: 'drip', code: 'timeout', requests: 1 },
  { fault: 'reset', code: 'reset', requests: 2 },
  { fault: 'hang-up', code: 'reset', requests: 2 },
  { fault: 'half-headers', code: 'reset', requests: 2 },
  { fault: 'truncate', code: 'reset', requests: 1 },
  { fault: 'truncate-chunked', code: 'reset', requests: 1 },
  { fault: 'reset-body', code: 'reset', requests: 1 },
  { fault: 'wrong-length', code: 'parse', requests: 1 },
  { fault: 'garbage', code: 'parse', requests: 1 },
  { fault: 'html', code: 'parse', requests: 1 },
  { fault: 'empty', code: 'parse', requests: 1 },
  { fault: { status: 204 }, code: 'parse', requests: 1 },
  { fault: { status: 200, body: `<html>${CANARY}` }, code: 'parse', requests: 1 },
  { fault: 'huge', code: 'too_large', requests: 1 },
  { fault: 'huge-chunked', code: 'too_large', requests: 1 },
  { fault: 'huge-headers', code: 'too_large', requests: 1 },
];

/** Bodies with status 200 that are not JSON of RFC 8259. */
const NOT_JSON: readonly (readonly [name: string, body: string | Uint8Array])[] = [
  ['NaN literal', `{"${CANARY}":NaN}`],
  ['infinity', '[Infinity]'],
  ['byte order mark', `\uFEFF{"a":"${CANARY}"}`],
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ['UTF-8 cut inside a character', Buffer.from(`"${CANARY}é"`).subarray(0, -2)],
  ['surrogate encoded as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['unrequested gzip', Buffer.from('1f8b0800000000000003abae0500435bf6a602000000', 'hex')],
  ['trailing comma', `{"${CANARY}":1,}`],
  ['two documents', `{}{"${CANARY}":1}`],
  ['cut short', `{"a":"${CANARY}`],
  ['spaces only', '   '],
];

for (const { fault, code, requests } of CASES) {
  const name = typeof fault === 'string' ? fault : `status ${fault.status} ${fault.body ?? ''}`;
  test(`${name} fails with ${code} after ${requests} request(s), and the next fetch succeeds`, async (t) => {
    const { server, client } = await setUp(t);
    server.task = { Family: 'demo', Note: CANARY };
    server.fault = fault;
    // Longer than what arrives until the deadline.
    if (fault === 'drip') server.task = { Family: 'd'.repeat(10_000) };
    if (code === 'timeout') t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const failure = failureOf(client.fetchTask());
    if (code === 'timeout') {
      await eventually(() => server.requests.length === 1);
      t.mock.timers.tick(LONG_DEADLINE_MS);
      t.mock.timers.reset();
    }
    const error = await failure;
    assert.equal(error.code, code);
    assert.equal(server.requests.length, requests);
    assertSafeMessage(error, server);
    server.fault = 'none';
    assert.deepEqual(await client.fetchTask(), server.task);
  });
}

for (const [name, body] of NOT_JSON) {
  test(`${name} fails with parse`, async (t) => {
    const { server, client } = await setUp(t);
    server.stats = body;
    const error = await failureOf(client.fetchStats());
    assert.equal(error.code, 'parse');
    assertSafeMessage(error, server);
  });
}

test('a closed port fails with unreachable at once, and succeeds once the server has started', async (t) => {
  const { server, client } = await setUp(t);
  await server.close();
  const error = await failureOf(client.fetchTask());
  assert.equal(error.code, 'unreachable');
  assert.match(error.message, /ECONNREFUSED/);
  assert.ok(error.cause instanceof Error);
  assertSafeMessage(error, server);

  const later = await startFaultEndpoint({ port: server.port });
  t.after(() => later.close());
  later.task = { Family: 'late' };
  assert.deepEqual(await client.fetchTask(), { Family: 'late' });
});

test('an unknown host fails with unreachable, or with timeout if the resolver is slow', async (t) => {
  const client = createClient(t, 'http://metadata.invalid/v4/abc', { deadlineMs: 1000 });
  const error = await failureOf(client.fetchTask());
  assert.ok(error.code === 'unreachable' || error.code === 'timeout', error.code);
  assert.match(error.message, /http:\/\/metadata\.invalid\/v4\/abc\/task/);
});

test('a fault on one path does not affect the other', async (t) => {
  const { server, client } = await setUp(t);
  server.fault = { stats: { status: 404 } };
  assert.equal((await failureOf(client.fetchStats())).code, 'client_error');
  assert.deepEqual(await client.fetchTask(), server.task);
});

/** The message is one line with the address, and the error contains no part of the body. */
function assertSafeMessage(error: EndpointError, server: FaultEndpoint): void {
  assert.ok(error.message.includes(server.url), error.message);
  assert.ok(!error.message.includes('\n'), 'one line');
  assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(CANARY), 'part of the body in the error');
}
