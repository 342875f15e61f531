import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { trackConnections } from '../../../../instrumentation/http/connections.ts';
import { DEFAULT_LIMITS } from '../../../../instrumentation/http/limited-server.ts';
import { createPage, type Page } from '../../../../instrumentation/http/page.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { get } from './http-client.ts';
import { exchange, open, readToEnd } from './raw-client.ts';
import { LARGE_PAGE, serve } from './serve.ts';

/** Node's timers for late requests are not mocked. */
const SHORT = { headersTimeoutMs: 150, requestTimeoutMs: 300, checkIntervalMs: 25 };

const GET = 'GET /-/healthy HTTP/1.1\r\nHost: a\r\n';

test('a silent connection ends with 408', async (t) => {
  const { port } = await serve(t, { limits: SHORT });
  const text = await readToEnd(await open(port));
  assert.match(text, /^HTTP\/1\.1 408 /);
});

test('headers that arrive slowly end with 408', async (t) => {
  const { port } = await serve(t, { limits: SHORT });
  const socket = await open(port);
  const drip = setInterval(() => socket.write('X-a: b\r\n'), 20);
  t.after(() => clearInterval(drip));
  socket.write(GET);
  const text = await readToEnd(socket);
  // Bytes that arrive after the server has closed reset the connection, which may discard the response.
  if (text !== '') assert.match(text, /^HTTP\/1\.1 408 /);
});

test('a second request that arrives slowly ends with 408 as well', async (t) => {
  // Long enough for the first request to arrive complete.
  const { port } = await serve(t, { limits: { ...SHORT, headersTimeoutMs: 1_000, requestTimeoutMs: 2_000 } });
  const socket = await open(port);
  socket.write(`${GET}\r\nGET /`);
  const text = await readToEnd(socket);
  assert.match(text, /^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 408 /);
});

test('headers of 20 kB are 431', async (t) => {
  const { port } = await serve(t);
  const text = await exchange(port, `${GET}X-long: ${'x'.repeat(20_000)}\r\n\r\n`);
  assert.match(text, /^HTTP\/1\.1 431 /);
});

const MALFORMED: readonly (readonly [name: string, bytes: string | Buffer])[] = [
  ['a TLS ClientHello', Buffer.from('16030100b8010000b403030123456789abcdef', 'hex')],
  ['HTTP/2 without negotiation', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['no host', 'GET / HTTP/1.1\r\n\r\n'],
  ['no HTTP', 'hello\r\n\r\n'],
  ['NUL bytes', Buffer.alloc(64)],
  ['a length and chunks', `${GET}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
];

for (const [name, bytes] of MALFORMED) {
  test(`${name} is a 400, and the server stays up`, async (t) => {
    const { port, errors } = await serve(t);
    const text = await exchange(port, bytes);
    assert.match(text, /^HTTP\/1\.1 400 /);
    assert.equal((await get(port, '/-/healthy')).status, 200);
    assert.deepEqual(errors, []);
  });
}

test('an endless body is rejected at once and not read', async (t) => {
  const { port } = await serve(t);
  const socket = await open(port);
  socket.write(`GET /metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`);
  const endless = setInterval(() => socket.write(`400\r\n${'x'.repeat(1_024)}\r\n`), 5);
  t.after(() => clearInterval(endless));
  const text = await readToEnd(socket);
  // As above, a reset may discard the response.
  if (text !== '') assert.match(text, /^HTTP\/1\.1 413 [\s\S]*connection: close/i);
});

test('a POST with a body, sent or announced, is a 405 that closes the connection', async (t) => {
  const { port } = await serve(t);
  const head = 'POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n';
  for (const bytes of [`${head}\r\n`, `${head}\r\nxxx`, `${head}Expect: 100-continue\r\n\r\n`]) {
    const text = await exchange(port, bytes);
    assert.match(text, /^HTTP\/1\.1 405 [\s\S]*allow: GET, HEAD[\s\S]*connection: close/i);
  }
});

test('an unknown expectation is ignored, and its connection can be evicted', async (t) => {
  const { port } = await serve(t, { limits: { maxConnections: 4 } });
  const sockets = await Promise.all(Array.from({ length: 4 }, () => open(port)));
  for (const socket of sockets) socket.write(`${GET}Expect: the-unexpected\r\n\r\n`);
  await Promise.all(sockets.map((socket) => once(socket, 'data')));
  // Idle connections hold all places, so one of them is evicted.
  const text = await exchange(port, `${GET}Connection: close\r\n\r\n`);
  assert.match(text, /^HTTP\/1\.1 200 /);
  for (const socket of sockets) socket.destroy();
});

test('pipelined requests are all answered in order', async (t) => {
  const { port } = await serve(t, { page: async () => turn(LARGE_PAGE) });
  const requests = [...Array(50).fill('/-/healthy'), '/metrics', '/unknown'].map(
    (path, index, { length }) =>
      `GET ${path} HTTP/1.1\r\nHost: a\r\n${index === length - 1 ? 'Connection: close\r\n' : ''}\r\n`,
  );
  const text = await exchange(port, requests.join(''));
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]);
  assert.deepEqual(statuses, [...Array(51).fill('200'), '404']);
});

test('a pipelined request waits until the response before it is complete', async (t) => {
  const { promise, resolve } = Promise.withResolvers<Page>();
  const page = t.mock.fn(() => promise);
  const { port } = await serve(t, { page });
  const socket = await open(port);
  socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20));
  await eventually(() => page.mock.callCount() > 0);
  assert.equal((await get(port, '/-/healthy')).status, 200);
  assert.equal(page.mock.callCount(), 1);
  resolve(createPage('a 1\n'));
  await eventually(() => page.mock.callCount() === 20);
  socket.destroy();
});

test('a connection on which too much is pipelined ends behind its first response', async (t) => {
  const rejected: string[] = [];
  const { port } = await serve(t, { onRejected: (reason) => rejected.push(reason) });
  const text = await exchange(port, `${GET}\r\n`.repeat(2_000));
  // The bytes that the server did not read reset the connection, which may overtake the response.
  if (text !== '') assert.equal(text.match(/HTTP\/1\.1 200 [\s\S]*?connection: close/gi)?.length, 1);
  assert.deepEqual(rejected, ['pipelined']);
});

test('a connection ends after its last allowed request', async (t) => {
  const { port } = await serve(t, { limits: { maxRequestsPerConnection: 3 } });
  const text = await exchange(port, `${GET}\r\n`.repeat(10));
  assert.equal(text.match(/HTTP\/1\.1 200 /g)?.length, 3);
});

test('readers of old pages are cut off when pages exceed the limit, and readers of the newest one are not', async (t) => {
  const rejected: string[] = [];
  const pages = [LARGE_PAGE, createPage(LARGE_PAGE.body.toString()), createPage(LARGE_PAGE.body.toString())];
  const asked = t.mock.fn(async () => pages[asked.mock.callCount()] ?? LARGE_PAGE);
  const limits = { maxPageBytes: 2 * LARGE_PAGE.body.length };
  const { port } = await serve(t, { page: asked, limits, onRejected: (reason) => rejected.push(reason) });
  const sockets: Socket[] = [];
  for (const [index] of pages.entries()) {
    const socket = await open(port);
    socket.pause();
    socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
    await eventually(() => asked.mock.callCount() > index && socket.bytesRead > 0);
    sockets.push(socket);
  }
  await eventually(() => rejected.length > 0);
  const lengths = await Promise.all(
    sockets.map(async (socket, index) => {
      if (index === 0) return (await readToEnd(socket)).length;
      let length = 0;
      socket.on('data', (chunk: Buffer) => (length += chunk.length));
      socket.resume();
      await eventually(() => length > LARGE_PAGE.body.length);
      socket.destroy();
      return length;
    }),
  );
  assert.ok(Number(lengths[0]) < LARGE_PAGE.body.length, 'the oldest page was sent whole');
  assert.deepEqual(rejected, ['slow_reader']);
});

test('a client that does not read its answer is cut off, and holds nothing after that', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { port, close } = await serve(t, { page: async () => LARGE_PAGE, limits: { answerTimeoutMs: 200 } });
  const socket = await open(port);
  socket.pause();
  socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3));
  await eventually(() => socket.bytesRead > 0);
  t.mock.timers.tick(200);
  const text = await readToEnd(socket);
  assert.ok(text.length < LARGE_PAGE.body.length, 'the whole answer came');
  // No time passes here: the grace period for answers under way does not end.
  await close();
});

test('a client that reads slowly is cut off as well', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { port } = await serve(t, { page: async () => LARGE_PAGE, limits: { answerTimeoutMs: 300 } });
  const socket = await open(port);
  socket.pause();
  socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
  for (let drop = 0; drop < 30; drop += 1) {
    await eventually(() => socket.read(1_000) !== null);
    t.mock.timers.tick(10);
  }
  const text = await readToEnd(socket);
  assert.ok(text.length < LARGE_PAGE.body.length, 'the whole answer came');
});

test('a connection that was reset before it was accepted takes no place', () => {
  const rejected: string[] = [];
  const connections = trackConnections(DEFAULT_LIMITS, (reason) => rejected.push(reason));
  const socket = new Socket();
  assert.equal(connections.opened(socket), undefined);
  assert.equal(socket.destroyed, true);
  assert.deepEqual(rejected, []);
});

test('clients that disconnect before their response do not affect others', async (t) => {
  const answers: (() => void)[] = [];
  const page = () => {
    const { promise, resolve } = Promise.withResolvers<Page>();
    answers.push(() => resolve(LARGE_PAGE));
    return promise;
  };
  const { port, errors } = await serve(t, { page });
  for (let client = 0; client < 10; client += 1) {
    const socket = await open(port);
    const seen = answers.length;
    socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2));
    await eventually(() => answers.length > seen);
    socket.resetAndDestroy();
    await once(socket, 'close');
  }
  for (const answer of answers) answer();
  await turn();
  assert.equal((await get(port, '/-/healthy')).status, 200);
  assert.deepEqual(errors, []);
});
