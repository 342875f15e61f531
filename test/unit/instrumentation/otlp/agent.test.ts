import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { test } from 'node:test';
import { createHttpClient } from '../../../../instrumentation/otlp/agent.ts';
import { at } from '../../../real/json.ts';
import { until } from '../../../real/wait.ts';

test('agents use persistent connections, and TLS options for https', async () => {
  const plain = (await createHttpClient(new URL('http://localhost:4318/v1/metrics'), { certificate: 'c' })).agent;
  assert.ok(plain instanceof Agent && !(plain instanceof SecureAgent));
  assert.equal(at(plain, 'options', 'keepAlive'), true);
  assert.deepEqual(at(plain, 'options', 'proxyEnv'), {}, 'not that of the process');
  const options = { certificate: 'c', clientCertificate: 'd', clientKey: 'e' };
  const secure = (await createHttpClient(new URL('https://localhost/'), options)).agent;
  assert.ok(secure instanceof SecureAgent);
  const given = ['keepAlive', 'minVersion', 'ca', 'cert', 'key'].map((name) => at(secure, 'options', name));
  assert.deepEqual(given, [true, 'TLSv1.2', 'c', 'd', 'e']);
  // Without a certificate, Node.js uses its default authorities.
  const standard = (await createHttpClient(new URL('https://localhost/'), {})).agent;
  assert.deepEqual(
    ['ca', 'cert', 'key'].filter((name) => Object.hasOwn(Object(at(standard, 'options')), name)),
    [],
  );
});

test('a connection is replaced after five minutes', async (t) => {
  let nowMs = 1000;
  t.mock.method(performance, 'now', () => nowMs);
  const ports: (number | undefined)[] = [];
  let open = 0;
  const server = createServer((incoming, response) => {
    ports.push(incoming.socket.remotePort);
    response.end();
  }).on('connection', (socket) => {
    open += 1;
    socket.on('close', () => {
      open -= 1;
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(`http://127.0.0.1:${at(server.address(), 'port')}/`);
  const { agent } = await createHttpClient(url, {});
  t.after(() => {
    agent.destroy();
    server.close();
  });
  const sendRequest = async (): Promise<void> => {
    const [response]: IncomingMessage[] = await once(request(url, { agent }).end(), 'response');
    await once(response?.resume() ?? server, 'end');
    await until('an idle or closed connection', () => Object.keys(agent.sockets).length === 0 || undefined);
  };
  const used: number[] = [];
  for (const afterMs of [0, 60_000, 239_999, 1, 60_000, 299_999, 1, 1]) {
    nowMs += afterMs;
    await sendRequest();
    used.push(new Set(ports).size);
  }
  // Replaced after the first request at or after five minutes.
  assert.deepEqual(used, [1, 1, 1, 1, 2, 2, 2, 3]);
  assert.equal(ports.length, 8);
  await until('the closed connections to be gone', () => (open === 1 ? true : undefined));
});
