import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPage } from '../../../instrumentation/http/page.ts';
import { get } from './http-client.ts';
import { open, readToEnd, until } from './raw-client.ts';
import { LARGE_PAGE, type Served, serve } from './serve.ts';

const METRICS = 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n';

async function closedAfterMs(server: Served): Promise<number> {
  const start = performance.now();
  await server.close();
  return performance.now() - start;
}

test('close ends idle, fresh and half-asking connections at once, and listens no more', async (t) => {
  const server = await serve(t, { host: 'localhost' });
  const idle = await open(server.port);
  idle.write(METRICS);
  await once(idle, 'data');
  const fresh = await open(server.port);
  const half = await open(server.port);
  half.write('GET / HTTP/1.1\r\n');
  const ended = [idle, fresh, half].map(readToEnd);
  await sleep(20);
  assert.ok((await closedAfterMs(server)) < 200);
  await Promise.all(ended);
  await assert.rejects(get(server.port, '/-/healthy'), { code: 'ECONNREFUSED' });
});

test('close waits for an answer that is being made, and ends its connection behind it', async (t) => {
  const { promise, resolve } = Promise.withResolvers<ReturnType<typeof createPage>>();
  let isAsked = false;
  const page = () => {
    isAsked = true;
    return promise;
  };
  const server = await serve(t, { page });
  const reply = get(server.port, '/metrics', { headers: { connection: 'keep-alive' } });
  await until(() => isAsked);
  const closed = server.close();
  assert.equal(server.close(), closed, 'closing twice is closing once');
  resolve(createPage('late 1\n'));
  assert.equal((await reply).body.toString(), 'late 1\n');
  assert.equal((await reply).headers.connection, 'close');
  await closed;
});

test('close waits for an answer that is being sent', async (t) => {
  const server = await serve(t, { page: async () => LARGE_PAGE });
  const socket = await open(server.port);
  socket.pause();
  socket.write(METRICS);
  await sleep(50);
  const closed = server.close();
  const { text } = await readToEnd(socket);
  assert.equal(text.length - text.indexOf('\r\n\r\n') - 4, LARGE_PAGE.body.length);
  await closed;
});

test('close gives up on answers that take longer than the grace period', async (t) => {
  const never = new Promise<never>(() => undefined);
  const making = await serve(t, { page: () => never, limits: { closeGraceMs: 100 } });
  const sending = await serve(t, { page: async () => LARGE_PAGE, limits: { closeGraceMs: 100 } });
  for (const server of [making, sending]) {
    const socket = await open(server.port);
    socket.pause();
    socket.write(METRICS.repeat(2));
    await sleep(50);
    const elapsedMs = await closedAfterMs(server);
    assert.ok(elapsedMs >= 90 && elapsedMs < 400, `${elapsedMs} ms`);
    socket.destroy();
  }
});

test('an answer that is never made ends at the deadline for answers', async (t) => {
  const never = new Promise<never>(() => undefined);
  const server = await serve(t, { page: () => never, limits: { answerTimeoutMs: 100 } });
  await assert.rejects(get(server.port, '/metrics'), { code: 'ECONNRESET' });
  assert.ok((await closedAfterMs(server)) < 200);
});
