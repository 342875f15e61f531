import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { createEndpoint } from '../../../../src/sources/ecs-task/endpoint.ts';
import { EndpointError } from '../../../../src/sources/ecs-task/endpoint-error.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { createClient, failureOf, recordWaits, setUp } from './set-up.ts';

test('all polls use one connection and request uncompressed JSON', async (t) => {
  const { server, client } = await setUp(t);
  for (let poll = 0; poll < 20; poll++) {
    assert.deepEqual(await client.fetchTask(), server.task);
    assert.deepEqual(await client.fetchStats(), server.stats);
  }
  assert.equal(server.connections, 1);
  assert.equal(server.requests.length, 40);
  const { method, headers } = server.requests[0] ?? assert.fail('no request');
  assert.equal(method, 'GET');
  assert.equal(headers.accept, 'application/json');
  assert.equal(headers['accept-encoding'], 'identity');
});

test('concurrent requests share the connection', async (t) => {
  const { server, client } = await setUp(t);
  assert.deepEqual(await Promise.all([client.fetchTask(), client.fetchStats()]), [server.task, server.stats]);
  assert.equal(server.connections, 1);
});

test('a kept-alive connection that the server has reset is replaced without an error', async (t) => {
  const { server, client } = await setUp(t);
  await client.fetchTask();
  server.resetConnections();
  assert.deepEqual(await client.fetchTask(), server.task);
  server.resetConnections();
  await eventually(() => server.openConnections === 0);
  assert.deepEqual(await client.fetchTask(), server.task);
});

test('a request that is reset on a kept-alive connection is retried on a new one', async (t) => {
  const { server, client } = await setUp(t);
  await client.fetchTask();
  server.failNext('task', 'reset');
  assert.deepEqual(await client.fetchTask(), server.task);
  assert.equal(server.connections, 2);
});

for (const suffix of ['/', '//', '?token=secret', '#fragment']) {
  test(`a base address ending in ${suffix} requests the same two paths`, async (t) => {
    const { server } = await setUp(t);
    const client = createClient(t, server.url + suffix);
    await client.fetchTask();
    await client.fetchStats();
    assert.deepEqual(
      server.requests.map(({ path }) => path),
      ['/v4/abc/task', '/v4/abc/task/stats'],
    );
  });
}

test('user and password of the address are not sent, and not in messages', async (t) => {
  const { server } = await setUp(t);
  const client = createClient(t, server.url.replace('http://', 'http://user:pass-word@'));
  await client.fetchTask();
  assert.equal(server.requests[0]?.headers.authorization, undefined);
  server.fault = { status: 404 };
  assert.doesNotMatch((await failureOf(client.fetchTask())).message, /user|pass-word/);
});

test('an IPv6 address', async (t) => {
  const { server, client } = await setUp(t, {}, { host: '::1' });
  assert.deepEqual(await client.fetchTask(), server.task);
  assert.equal(server.requests[0]?.headers.host, `[::1]:${server.port}`);
});

test('other schemes than http and https are rejected', () => {
  assert.throws(() => createEndpoint(new URL('file:///etc/passwd')), EndpointError);
});

test('close() aborts running and waiting requests, and closes every socket', async (t) => {
  const { server, client } = await setUp(t);
  await client.fetchTask();
  server.fault = 'hang';
  const pending = [client.fetchTask(), client.fetchStats()].map(failureOf);
  await eventually(() => server.requests.length === 2);
  client.close();
  for (const error of await Promise.all(pending)) {
    assert.equal(error.code, 'reset');
    assert.match(error.message, /shutting down/);
  }
  await eventually(() => server.openConnections === 0);
  assert.equal(server.requests.length, 2, 'no retry');
});

test('close() ends the delay before a retry', async (t) => {
  const waits = recordWaits(t, async (signal) => {
    await once(signal, 'abort');
  });
  const { server, client } = await setUp(t);
  server.fault = { status: 429, headers: { 'retry-after': '1' } };
  const failure = failureOf(client.fetchTask());
  await eventually(() => waits.length === 1);
  client.close();
  assert.match((await failure).message, /shutting down/);
  await eventually(() => server.openConnections === 0);
  assert.equal(server.requests.length, 1);
});

test('after close() no request is sent', async (t) => {
  const { server, client } = await setUp(t);
  client.close();
  client.close();
  assert.equal((await failureOf(client.fetchTask())).code, 'reset');
  assert.equal(server.connections, 0);
});

test('an https address uses TLS; a server without TLS is unreachable', async (t) => {
  const server = createServer();
  const firstByte = once(server, 'connection').then(async ([socket]) => {
    const [chunk] = await once(socket, 'data');
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
    return chunk[0];
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const client = createClient(t, `https://127.0.0.1:${address.port}/v4/abc`);
  assert.equal((await failureOf(client.fetchTask())).code, 'unreachable');
  assert.equal(await firstByte, 0x16, 'a TLS handshake record');
});
