import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createPage } from '../../../../instrumentation/http/page.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { get } from './http-client.ts';
import { open, readToEnd } from './raw-client.ts';
import { LARGE_PAGE, serve } from './serve.ts';

const METRICS = 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n';

const neverMade = () => new Promise<never>(() => undefined);

test('close ends idle, new and half-sent connections at once, and stops listening', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const server = await serve(t, { host: 'localhost' });
  const idle = await open(server.port);
  idle.write(METRICS);
  await once(idle, 'data');
  const fresh = await open(server.port);
  const half = await open(server.port);
  half.write('GET / HTTP/1.1\r\n');
  // The server accepts connections in their order.
  assert.equal((await get(server.port, '/-/healthy')).status, 200);
  const ended = [idle, fresh, half].map(readToEnd);
  // The grace period does not end: no time passes here.
  await server.close();
  await Promise.all(ended);
  await assert.rejects(get(server.port, '/-/healthy'), { code: 'ECONNREFUSED' });
});

test('close waits for a response that is being prepared, then closes its connection', async (t) => {
  const { promise, resolve } = Promise.withResolvers<ReturnType<typeof createPage>>();
  const page = t.mock.fn(() => promise);
  const server = await serve(t, { page });
  const reply = get(server.port, '/metrics', { headers: { connection: 'keep-alive' } });
  await eventually(() => page.mock.callCount() > 0);
  const closed = server.close();
  assert.equal(server.close(), closed, 'closing twice is closing once');
  resolve(createPage('late 1\n'));
  assert.equal((await reply).body.toString(), 'late 1\n');
  assert.equal((await reply).headers.connection, 'close');
  await closed;
});

test('close waits for a response that is being sent', async (t) => {
  const server = await serve(t, { page: async () => LARGE_PAGE });
  const socket = await open(server.port);
  socket.pause();
  socket.write(METRICS);
  await eventually(() => socket.bytesRead > 0);
  const closed = server.close();
  const text = await readToEnd(socket);
  assert.equal(text.length - text.indexOf('\r\n\r\n') - 4, LARGE_PAGE.body.length);
  await closed;
});

const UNDER_WAY = [
  ['prepared', neverMade],
  ['sent', async () => LARGE_PAGE],
] as const;

for (const [state, page] of UNDER_WAY) {
  test(`close abandons a response that is still being ${state} after the grace period`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const asked = t.mock.fn(page);
    const server = await serve(t, { page: asked, limits: { closeGraceMs: 100 } });
    const socket = await open(server.port);
    socket.pause();
    socket.write(METRICS.repeat(2));
    await eventually(() => asked.mock.callCount() > 0);
    let isClosed = false;
    const closed = server.close().then(() => {
      isClosed = true;
    });
    t.mock.timers.tick(99);
    await turn();
    assert.equal(isClosed, false);
    t.mock.timers.tick(1);
    await closed;
    socket.destroy();
  });
}

test('a response that is never ready ends at the response deadline', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const page = t.mock.fn(neverMade);
  const server = await serve(t, { page, limits: { answerTimeoutMs: 100 } });
  const reply = assert.rejects(get(server.port, '/metrics'), { code: 'ECONNRESET' });
  await eventually(() => page.mock.callCount() > 0);
  t.mock.timers.tick(100);
  await reply;
  await server.close();
});
