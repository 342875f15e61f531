/** Requests to a credentials endpoint: their content, their addresses, and the reason of each failure. */
import assert from 'node:assert/strict';
import dns from 'node:dns';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { readCredentials } from '../../../src/aws/credentials-endpoint.ts';
import { CredentialsError } from '../../../src/aws/credentials-error.ts';
import { stopClock } from '../../helpers/test-clock.ts';

const CANARY = 'c4n4ry';
const folder = mkdtempSync(join(tmpdir(), 'credentials-'));
after(() => rmSync(folder, { recursive: true }));

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

async function startServer(t: TestContext, answer: Answer) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(response, request);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    requests,
    url: new URL(`http://127.0.0.1:${address.port}/v2/credentials/${CANARY}?a=b`),
    port: address.port,
  };
}

const good: Answer = (response) => response.end('{"good":true}');

async function failureOf(work: Promise<unknown>): Promise<CredentialsError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof CredentialsError, String(error));
  assert.ok(!error.message.includes(CANARY), error.message);
  assert.equal(error.cause, undefined);
  return error;
}

test('one GET request without a token, ignoring the variables for proxies', async (t) => {
  const { requests, url } = await startServer(t, good);
  for (const name of ['HTTP_PROXY', 'http_proxy', 'NODE_USE_ENV_PROXY']) {
    const before = process.env[name];
    process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : 'http://127.0.0.1:1';
    t.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
  assert.equal((await readCredentials({ url })).toString(), '{"good":true}');
  assert.equal(requests.length, 1);
  assert.equal(requests[0]?.method, 'GET');
  assert.equal(requests[0]?.url, `/v2/credentials/${CANARY}?a=b`);
  assert.equal(requests[0]?.headers.authorization, undefined);
});

test('the file of the token is read for each request and takes precedence over the token', async (t) => {
  const { requests, url } = await startServer(t, good);
  const tokenFile = join(folder, 'token');
  for (const text of ['Bearer one', 'two\n', ' three ']) {
    writeFileSync(tokenFile, text);
    await readCredentials({ url, tokenFile, token: 'other' });
  }
  await readCredentials({ url, token: 'Bearer plain' });
  assert.deepEqual(
    requests.map(({ headers }) => headers.authorization),
    ['Bearer one', 'two', 'three', 'Bearer plain'],
  );
});

for (const [name, text] of [
  ['missing', undefined],
  ['empty', ''],
  ['two lines', `${CANARY}\r\nx: y`],
  ['control character', `${CANARY}\u0001`],
  ['too large', CANARY.repeat(20_000)],
  ['folder', undefined],
] as const) {
  test(`a token file that is ${name}: no request is sent`, async (t) => {
    const { requests, url } = await startServer(t, good);
    const tokenFile = name === 'folder' ? folder : join(folder, name);
    if (text !== undefined) writeFileSync(tokenFile, text);
    const { reason, message } = await failureOf(readCredentials({ url, tokenFile, token: CANARY }));
    assert.equal(reason, 'token');
    assert.match(message, /AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE/);
    assert.equal(requests.length, 0);
  });
}

const FAILURES: readonly (readonly [name: string, reason: string, answer: Answer])[] = [
  ['status 500', 'server_error', (response) => response.writeHead(500).end(CANARY)],
  ['status 400', 'client_error', (response) => response.writeHead(400).end(CANARY)],
  ['status 404', 'client_error', (response) => response.writeHead(404, CANARY).end(CANARY)],
  ['status 204', 'invalid', (response) => response.writeHead(204).end()],
  ['a redirect', 'redirect', (response) => response.writeHead(302, { location: `/${CANARY}` }).end()],
  ['a closed connection', 'reset', (response) => response.socket?.resetAndDestroy()],
  [
    'a truncated body',
    'reset',
    (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write(CANARY, () => response.destroy());
    },
  ],
  ['no HTTP', 'invalid', (response) => response.socket?.end(`${CANARY}\r\n\r\n`)],
  ['a huge body', 'invalid', (response) => response.end(CANARY.repeat(100_000))],
  [
    'endless informational responses',
    'invalid',
    ({ socket }) => socket?.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(200)),
  ],
];

for (const [name, reason, answer] of FAILURES) {
  test(`${name}: ${reason}`, async (t) => {
    const { requests, url } = await startServer(t, answer);
    assert.equal((await failureOf(readCredentials({ url }))).reason, reason);
    assert.equal(requests.length, 1);
  });
}

for (const [name, answer] of [
  ['no response', () => {}],
  ['a head without a body', (response) => response.writeHead(200).flushHeaders()],
  ['another protocol', ({ socket }) => socket?.write('HTTP/1.1 101 No\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n')],
] as const satisfies readonly (readonly [string, Answer])[]) {
  test(`${name}: a timeout after two seconds`, async (t) => {
    const clock = stopClock(t);
    const { url } = await startServer(t, answer);
    const failure = failureOf(readCredentials({ url }));
    const { reason } = await clock.during(failure, () => true);
    assert.equal(reason, 'timeout');
    assert.ok(clock.elapsedMs >= 2000 && clock.elapsedMs < 2200, `${clock.elapsedMs} ms`);
  });
}

test('a slow body does not extend the deadline', async (t) => {
  const clock = stopClock(t);
  const { url } = await startServer(t, (response) => {
    const timer = setInterval(() => response.write('x'), 100);
    response.once('close', () => clearInterval(timer));
  });
  const { reason } = await clock.during(failureOf(readCredentials({ url })), () => true);
  assert.equal(reason, 'timeout');
  assert.ok(clock.elapsedMs < 2200, `${clock.elapsedMs} ms`);
});

test('nothing listens: unreachable', async () => {
  const { reason, message } = await failureOf(readCredentials({ url: new URL(`http://127.0.0.1:1/${CANARY}`) }));
  assert.equal(reason, 'unreachable');
  assert.equal(message, 'cannot connect to the credentials endpoint http://127.0.0.1:1 (ECONNREFUSED)');
});

/** Replaces DNS; each call returns the next list of addresses. */
function mockLookup(t: TestContext, ...answers: readonly (readonly string[])[]) {
  let calls = 0;
  t.mock.method(
    dns,
    'lookup',
    (_host: string, _options: object, callback: (error: Error | null, found: readonly dns.LookupAddress[]) => void) => {
      const addresses = answers[Math.min(calls, answers.length - 1)] ?? [];
      calls += 1;
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
  );
  return () => calls;
}

test('a host name is resolved once, and the checked address is used', async (t) => {
  const { requests, port } = await startServer(t, good);
  const calls = mockLookup(t, ['127.0.0.1'], ['10.0.0.1']);
  await readCredentials({ url: new URL(`http://credentials.example.com:${port}/`) });
  assert.equal(calls(), 1);
  assert.equal(requests[0]?.headers.host, `credentials.example.com:${port}`);
});

for (const addresses of [
  ['10.0.0.1'],
  ['127.0.0.1', '10.0.0.1'],
  ['10.0.0.1', '127.0.0.1'],
  ['::1', '2001:db8::1'],
  ['169.254.169.254'],
  ['::ffff:10.0.0.1'],
]) {
  test(`a host name with the addresses ${addresses.join(', ')} is rejected without a request`, async (t) => {
    const { requests, port } = await startServer(t, good);
    mockLookup(t, addresses);
    const url = new URL(`http://credentials.example.com:${port}/`);
    assert.equal((await failureOf(readCredentials({ url }))).reason, 'forbidden_address');
    assert.equal(requests.length, 0);
  });
}

test('a host name without addresses, and an unknown host name', async (t) => {
  const url = new URL('http://credentials.invalid/');
  assert.equal((await failureOf(readCredentials({ url }))).reason, 'unreachable');
  mockLookup(t, []);
  assert.equal((await failureOf(readCredentials({ url }))).reason, 'unreachable');
});
