import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createEndpoint } from '../../../../src/sources/ecs-task/endpoint.ts';
import { failureOf } from './set-up.ts';

test('a response in chunks of one byte is read', async (t) => {
  const document = { text: 'x'.repeat(2000) };
  const endpoint = await endpointOf(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    socket.end(`${[...JSON.stringify(document)].map((sign) => `1\r\n${sign}\r\n`).join('')}0\r\n\r\n`);
  });
  assert.deepEqual(await endpoint.fetchTask(), document);
});

test('informational responses without end: the request fails, long before its deadline', async (t) => {
  const endpoint = await endpointOf(t, (socket) => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(10_000)));
  const error = await failureOf(endpoint.fetchTask());
  assert.equal(error.code, 'too_large');
  assert.match(error.message, /a hundred informational responses/);
});

test('a few informational responses in front of the response change nothing', async (t) => {
  const endpoint = await endpointOf(t, (socket) => {
    socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(3));
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
  });
  assert.deepEqual(await endpoint.fetchTask(), {});
});

/** A client whose server answers each connection with raw bytes. */
async function endpointOf(
  t: TestContext,
  answer: (socket: Socket) => void,
): Promise<ReturnType<typeof createEndpoint>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const endpoint = createEndpoint(new URL(`http://127.0.0.1:${address.port}/v4/id`), { deadlineMs: 60_000 });
  t.after(() => {
    endpoint.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return endpoint;
}
