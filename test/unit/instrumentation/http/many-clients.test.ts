import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { createPage } from '../../../../instrumentation/http/page.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { get } from './http-client.ts';
import { open, readToEnd } from './raw-client.ts';
import { serve } from './serve.ts';

const GET = 'GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n';

test('200 concurrent clients, each on its own connection, all get the page', async (t) => {
  const page = createPage('a{b="c"} 1\n'.repeat(2_000));
  const { port } = await serve(t, { page: async () => page });
  const agents = Array.from({ length: 200 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  t.after(() => {
    for (const agent of agents) agent.destroy();
  });
  for (const coding of ['identity', 'gzip']) {
    const headers = { 'accept-encoding': coding };
    const replies = await Promise.all(agents.map((agent) => get(port, '/metrics', { agent, headers })));
    const expected = coding === 'gzip' ? await page.gzip() : page.body;
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]));
    assert.ok(replies.every(({ body }) => body.equals(expected)));
  }
});

test('one connection serves several requests', async (t) => {
  const { port } = await serve(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const first = await get(port, '/metrics', { agent });
  assert.equal(first.headers.connection, 'keep-alive');
  assert.equal(first.headers['keep-alive'], 'timeout=65');
  const [socket] = Object.values(agent.freeSockets)[0] ?? [];
  await get(port, '/-/healthy', { agent });
  assert.equal((Object.values(agent.freeSockets)[0] ?? [])[0], socket);
});

test('a connection that is idle for too long is closed', async (t) => {
  const { port } = await serve(t, { limits: { keepAliveTimeoutMs: 100 } });
  const socket = await open(port);
  socket.write(GET);
  const text = await readToEnd(socket);
  assert.match(text, /^HTTP\/1\.1 200 /);
});

test('when all places are taken, the connection that has waited longest is closed', async (t) => {
  const { port } = await serve(t, { limits: { maxConnections: 2 } });
  const first = await open(port);
  const second = await open(port);
  for (const socket of [second, first, first, second]) {
    socket.write(GET);
    await once(socket, 'data');
  }
  const ended = once(first, 'close');
  assert.equal((await get(port, '/-/healthy')).status, 200);
  await ended;
  second.write(GET);
  assert.match(String(await once(second, 'data')), /^HTTP\/1\.1 200 /);
});

test('silent connections and half-sent requests are evicted with 503', async (t) => {
  const rejected: string[] = [];
  const { port } = await serve(t, { limits: { maxConnections: 2 }, onRejected: (reason) => rejected.push(reason) });
  const silent = await open(port);
  const half = await open(port);
  half.write('GET /-/healthy HTTP/1.1\r\n');
  for (const first of [silent, half]) {
    const ended = readToEnd(first);
    const next = await open(port);
    assert.match(await ended, /^HTTP\/1\.1 503 [\s\S]*Retry-After: \d+\r\n/);
    next.write(GET);
    assert.match(String(await once(next, 'data')), /^HTTP\/1\.1 200 /);
    t.after(() => next.destroy());
  }
  assert.deepEqual(rejected, ['connections', 'connections']);
});

test('a new connection gets 503 while every other one has an unfinished response', async (t) => {
  const rejected: string[] = [];
  const { promise, resolve } = Promise.withResolvers<ReturnType<typeof createPage>>();
  const page = t.mock.fn(() => promise);
  const { port } = await serve(t, {
    page,
    limits: { maxConnections: 2 },
    onRejected: (reason) => rejected.push(reason),
    nowMs: () => 0,
  });
  const replies = [get(port, '/metrics'), get(port, '/metrics')];
  await eventually(() => page.mock.callCount() === 2);
  assert.match(await readToEnd(await open(port)), /^HTTP\/1\.1 503 [\s\S]*Retry-After: \d+\r\n/);
  assert.deepEqual(rejected, ['connections']);
  resolve(createPage('a 1\n'));
  for (const reply of replies) assert.equal((await reply).status, 200);
  assert.equal((await get(port, '/-/healthy')).status, 200);
});

test('an address that opens connections too fast loses the rest without a response', async (t) => {
  let rejected = 0;
  const { port } = await serve(t, { host: '::', onRejected: () => (rejected += 1), nowMs: () => 0 });
  const host = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  assert.ok(host, 'this machine has no IPv4 address other than loopback');
  const sockets = await Promise.all(Array.from({ length: 140 }, () => open(port, host)));
  await eventually(() => rejected === 12);
  assert.equal((await get(port, '/-/healthy')).status, 200);
  for (const socket of sockets) socket.destroy();
});
