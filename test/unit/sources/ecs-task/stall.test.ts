/** An event loop stall that is longer than the deadline, for example because the process is suspended. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createClient, LONG_DEADLINE_MS } from './set-up.ts';

/** Answers one request on a message; `workerData` signals it without the event loop of the client. */
const SERVER = `
const { createServer } = require('node:http');
const { parentPort, workerData } = require('node:worker_threads');
const server = createServer((_, response) => {
  parentPort.once('message', () => {
    response.end('{"Family":"demo"}', () => {
      Atomics.store(workerData, 0, 1);
      Atomics.notify(workerData, 0);
    });
  });
  parentPort.postMessage('request');
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

test('a response that arrived during a stall is read, although the deadline has passed', async (t) => {
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const server = new Worker(SERVER, { eval: true, workerData: answered });
  t.after(() => server.terminate());
  const [port]: unknown[] = await once(server, 'message');
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const client = createClient(t, `http://127.0.0.1:${String(port)}/v4/abc`);
  const fetched = client.fetchTask();
  await once(server, 'message');
  server.postMessage('answer');
  Atomics.wait(answered, 0, 0);
  t.mock.timers.tick(LONG_DEADLINE_MS);
  assert.deepEqual(await fetched, { Family: 'demo' });
});
