import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from './http-client.ts';
import { exchange, open, readToEnd, until } from './raw-client.ts';
import { LARGE_PAGE, SHORT, serve } from './serve.ts';

const GET = 'GET /-/healthy HTTP/1.1\r\nHost: a\r\n';

test('a connection on which nothing comes is ended with 408', async (t) => {
  const { port } = await serve(t, { limits: SHORT });
  const { text, elapsedMs } = await readToEnd(await open(port));
  assert.match(text, /^HTTP\/1\.1 408 /);
  assert.ok(elapsedMs < 1_000, `after ${elapsedMs} ms`);
});

test('headers that drip in are ended with 408, however steadily', async (t) => {
  const { port } = await serve(t, { limits: SHORT });
  const socket = await open(port);
  const drip = setInterval(() => socket.write('X-a: b\r\n'), 20);
  t.after(() => clearInterval(drip));
  socket.write(GET);
  const { text, elapsedMs } = await readToEnd(socket);
  // What is still under way towards the server when it closes resets the connection, and may take the answer with it.
  if (text !== '') assert.match(text, /^HTTP\/1\.1 408 /);
  assert.ok(elapsedMs >= SHORT.headersTimeoutMs - 50, `after ${elapsedMs} ms`);
  assert.ok(elapsedMs < 1_000, `after ${elapsedMs} ms`);
});

test('a second request that drips in is ended as the first would be', async (t) => {
  const { port } = await serve(t, { limits: SHORT });
  const socket = await open(port);
  socket.write(`${GET}\r\nGET /`);
  const { text, elapsedMs } = await readToEnd(socket);
  assert.match(text, /^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 408 /);
  assert.ok(elapsedMs < 1_000, `after ${elapsedMs} ms`);
});

test('headers of 20 kB are 431', async (t) => {
  const { port } = await serve(t);
  const { text } = await exchange(port, `${GET}X-long: ${'x'.repeat(20_000)}\r\n\r\n`);
  assert.match(text, /^HTTP\/1\.1 431 /);
});

const MALFORMED: readonly (readonly [name: string, bytes: string | Buffer])[] = [
  ['a TLS ClientHello', Buffer.from('16030100b8010000b403030123456789abcdef', 'hex')],
  ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['no host', 'GET / HTTP/1.1\r\n\r\n'],
  ['no HTTP at all', 'hello\r\n\r\n'],
  ['NUL bytes', Buffer.alloc(64)],
  ['a length and chunks', `${GET}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
];

for (const [name, bytes] of MALFORMED) {
  test(`${name} is a 400, and the server goes on`, async (t) => {
    const { port, errors } = await serve(t);
    const { text } = await exchange(port, bytes);
    assert.match(text, /^HTTP\/1\.1 400 /);
    assert.equal((await get(port, '/-/healthy')).status, 200);
    assert.deepEqual(errors, []);
  });
}

test('an endless body is refused at once and not read', async (t) => {
  const { port } = await serve(t);
  const socket = await open(port);
  socket.write(`GET /metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`);
  const endless = setInterval(() => socket.write(`400\r\n${'x'.repeat(1_024)}\r\n`), 5);
  t.after(() => clearInterval(endless));
  const { text, elapsedMs } = await readToEnd(socket);
  // As above, the reset may overtake the answer.
  if (text !== '') assert.match(text, /^HTTP\/1\.1 413 [\s\S]*connection: close/i);
  assert.ok(elapsedMs < 1_000, `after ${elapsedMs} ms`);
});

test('a POST with a body, even an announced one, is a 405 that ends the connection', async (t) => {
  const { port } = await serve(t);
  const head = 'POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n';
  for (const bytes of [`${head}\r\n`, `${head}\r\nxxx`, `${head}Expect: 100-continue\r\n\r\n`]) {
    const { text } = await exchange(port, bytes);
    assert.match(text, /^HTTP\/1\.1 405 [\s\S]*allow: GET, HEAD[\s\S]*connection: close/i);
  }
});

test('an expectation that nobody knows is ignored, and its connection is like any other', async (t) => {
  const { port } = await serve(t, { limits: { ...SHORT, maxConnections: 4 } });
  const sockets = await Promise.all(Array.from({ length: 4 }, () => open(port)));
  for (const socket of sockets) socket.write(`${GET}Expect: the-unexpected\r\n\r\n`);
  await Promise.all(sockets.map((socket) => once(socket, 'data')));
  // All places are taken by idle connections: one of them has to go.
  const { text } = await exchange(port, `${GET}Connection: close\r\n\r\n`);
  assert.match(text, /^HTTP\/1\.1 200 /);
  for (const socket of sockets) socket.destroy();
});

test('pipelined requests are answered all, in their order', async (t) => {
  const { port } = await serve(t, { page: async () => sleep(20, LARGE_PAGE) });
  const requests = [...Array(50).fill('/-/healthy'), '/metrics', '/unknown'].map(
    (path, index, { length }) =>
      `GET ${path} HTTP/1.1\r\nHost: a\r\n${index === length - 1 ? 'Connection: close\r\n' : ''}\r\n`,
  );
  const { text } = await exchange(port, requests.join(''));
  const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]);
  assert.deepEqual(statuses, [...Array(51).fill('200'), '404']);
});

test('a client that does not read its answer is cut off, and holds nothing after that', async (t) => {
  const { port, close } = await serve(t, { page: async () => LARGE_PAGE, limits: { answerTimeoutMs: 200 } });
  const socket = await open(port);
  socket.pause();
  socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3));
  await sleep(300);
  const { text } = await readToEnd(socket);
  assert.ok(text.length < LARGE_PAGE.body.length, 'the whole answer came');
  const start = performance.now();
  await close();
  assert.ok(performance.now() - start < 200, 'an answer was still counted as under way');
});

test('a client that reads drop by drop is cut off as well', async (t) => {
  const { port } = await serve(t, { page: async () => LARGE_PAGE, limits: { answerTimeoutMs: 300 } });
  const socket = await open(port);
  socket.pause();
  const sip = setInterval(() => socket.read(1_000), 10);
  t.after(() => clearInterval(sip));
  socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
  await sleep(450);
  const { text } = await readToEnd(socket);
  assert.ok(text.length < LARGE_PAGE.body.length, 'the whole answer came');
});

test('clients that go away before their answer harm nobody', async (t) => {
  let asked = 0;
  const page = async () => {
    asked += 1;
    return sleep(50, LARGE_PAGE);
  };
  const { port, errors } = await serve(t, { page });
  for (let client = 0; client < 10; client += 1) {
    const socket = await open(port);
    socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2));
    const seen = asked;
    await until(() => asked > seen);
    socket.resetAndDestroy();
    await once(socket, 'close');
  }
  await sleep(80);
  assert.equal((await get(port, '/-/healthy')).status, 200);
  assert.deepEqual(errors, []);
});
