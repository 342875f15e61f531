import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificates, HandshakeListener } from '../../../../instrumentation/http/tls-gate.ts';
import { pemText } from '../../../helpers/tls-receiver.ts';
import { until } from '../../../real/wait.ts';
import { get } from './http-client.ts';
import { exchange, open, readToEnd } from './raw-client.ts';
import { CLIENT, getSecure, openSecure, serveSecured, type TlsClient, tlsSettings } from './secure.ts';
import { BODY, LARGE_PAGE } from './serve.ts';

test('pages over TLS 1.2 and 1.3, with several requests on a connection', async (t) => {
  const { port, rejected } = await serveSecured(t, { tls: tlsSettings() });
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const { status, body } = await getSecure(port, '/metrics', { minVersion: version, maxVersion: version });
    assert.deepEqual([status, body.toString()], [200, BODY]);
    const socket = await openSecure(port, { maxVersion: version });
    assert.equal(socket.getProtocol(), version);
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    for (let count = 1; count <= 3; count += 1) {
      socket.write('GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n');
      await until(`response ${count}`, () => (text.split('HTTP/1.1 200 OK').length > count ? true : undefined));
    }
    socket.end();
    await once(socket, 'close');
  }
  assert.deepEqual(rejected, []);
});

test('a page larger than the buffers, even if the client reads it late', async (t) => {
  const { port } = await serveSecured(t, { tls: tlsSettings() }, { page: async () => LARGE_PAGE });
  const { body } = await getSecure(port, '/metrics');
  assert.equal(body.length, LARGE_PAGE.body.length);
});

type Who = 'none' | 'valid' | 'expired' | 'unknown';

const CERTIFICATES: Readonly<Record<Who, TlsClient>> = {
  none: {},
  valid: CLIENT,
  expired: { cert: pemText('client-expired'), key: pemText('client-expired-key') },
  unknown: { cert: pemText('client-unknown-ca'), key: pemText('client-unknown-ca-key') },
};

/** Who gets a page, and who counts as authenticated. */
const CASES: readonly (readonly [type: ClientCertificates, served: readonly Who[], verified: readonly Who[]])[] = [
  ['none', ['none', 'valid', 'expired', 'unknown'], []],
  ['request', ['none', 'valid', 'expired', 'unknown'], []],
  ['require-any', ['valid', 'expired', 'unknown'], []],
  ['verify-if-given', ['none', 'valid'], ['valid']],
  ['require-and-verify', ['valid'], ['valid']],
];

const WHO_ROUTE = {
  routes: new Map([
    [
      '/who',
      (_request: unknown, client: object) => ({ status: 200, contentType: 'text/plain', body: JSON.stringify(client) }),
    ],
  ]),
};

for (const [clientCertificates, served, verified] of CASES) {
  for (const who of ['none', 'valid', 'expired', 'unknown'] as const) {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const isServed = served.includes(who);
      test(`${clientCertificates}, ${who} certificate, ${version}: ${isServed ? 'served' : 'refused'}`, async (t) => {
        const clientCa = clientCertificates.includes('verify') ? pemText('ca') : undefined;
        const { port, rejected } = await serveSecured(
          t,
          { tls: tlsSettings({ clientCertificates, clientCa }) },
          WHO_ROUTE,
        );
        const reply = getSecure(port, '/who', { ...CERTIFICATES[who], minVersion: version, maxVersion: version });
        if (isServed) {
          const client: unknown = JSON.parse((await reply).body.toString());
          assert.deepEqual(client, { isLoopback: true, isAuthenticated: verified.includes(who) });
          assert.deepEqual(rejected, []);
        } else {
          await assert.rejects(reply);
          await until('the rejection', () => rejected[0]);
          assert.equal(rejected.length, 1);
          assert.match(rejected[0] ?? '', /^tls: \S/);
        }
      });
    }
  }
}

for (const [names, isServed] of [
  [['other', 'ecs-container-exporter'], true],
  [['ecs-container'], false],
  [['*'], false],
  [[], false],
] as const) {
  test(`a certificate with one of the names ${JSON.stringify(names)}: ${isServed}`, async (t) => {
    const clientCa = pemText('ca');
    const tls = tlsSettings({ clientCertificates: 'require-and-verify', clientCa, allowedNames: names });
    const { port, rejected } = await serveSecured(t, { tls });
    const reply = getSecure(port, '/-/healthy', CLIENT);
    if (isServed) assert.equal((await reply).status, 200);
    else {
      await assert.rejects(reply);
      assert.deepEqual(rejected, ['tls: name not allowed']);
    }
  });
}

test('versions, cipher suites and curves', async (t) => {
  const ciphers = 'TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384';
  const { port } = await serveSecured(t, { tls: tlsSettings({ ciphers, ecdhCurve: 'secp384r1' }) });
  const suite = async (options: TlsClient) => {
    const socket = await openSecure(port, options);
    const { standardName } = socket.getCipher();
    socket.destroy();
    return standardName;
  };
  assert.equal(await suite({ maxVersion: 'TLSv1.2' }), 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384');
  await assert.rejects(suite({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }));
  await assert.rejects(suite({ ecdhCurve: 'prime256v1' }));
  await assert.rejects(suite({ minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' }));

  const old = await serveSecured(t, { tls: tlsSettings({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1' }) });
  const reply = await getSecure(old.port, '/-/healthy', { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' });
  assert.equal(reply.status, 200);
  await assert.rejects(getSecure(old.port, '/-/healthy'));
});

test('the order of the cipher suites is that of the server or of the client', async (t) => {
  const names = ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256'];
  for (const honorCipherOrder of [true, false]) {
    const { port } = await serveSecured(t, { tls: tlsSettings({ ciphers: names.join(':'), honorCipherOrder }) });
    const socket = await openSecure(port, { maxVersion: 'TLSv1.2', ciphers: names.toReversed().join(':') });
    assert.equal(socket.getCipher().name, names[honorCipherOrder ? 0 : 1]);
    socket.destroy();
  }
});

test('sessions are not resumed', async (t) => {
  const { port } = await serveSecured(t, { tls: tlsSettings() });
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const first = await openSecure(port, { maxVersion });
    const session = first.getSession();
    first.destroy();
    const second = await openSecure(port, { maxVersion, session });
    assert.equal(second.isSessionReused(), false);
    second.destroy();
  }
});

test('the protocol of a client that offers HTTP/2 is HTTP/1.1', async (t) => {
  const { port } = await serveSecured(t, { tls: tlsSettings() });
  const socket = await openSecure(port, { ALPNProtocols: ['h2', 'http/1.1'] });
  assert.equal(socket.alpnProtocol, 'http/1.1');
  socket.destroy();
});

test('plain HTTP on a TLS port: 400, counted unless it is the health check', async (t) => {
  const { port, rejected } = await serveSecured(t, { tls: tlsSettings() });
  assert.equal((await get(port, '/-/healthy')).status, 400);
  assert.deepEqual(rejected, []);
  const { status, body } = await get(port, '/metrics');
  assert.deepEqual([status, body.toString(), rejected], [400, 'this port serves HTTPS only\n', ['tls: not TLS']]);
  assert.match(await exchange(port, `GET / HTTP/1.1\r\nx: ${'x'.repeat(100_000)}`), /^HTTP\/1.1 400 /);
  assert.equal(await exchange(port, '\u0000\u0001junk'), '');
  assert.equal(rejected.length, 3);
});

test('TLS on a plain port ends with 400', async (t) => {
  const { port } = await serveSecured(t, {});
  await assert.rejects(getSecure(port, '/metrics'), /wrong version number|packet length/i);
});

test('silent clients, slow and broken handshakes end at the timeout for headers', async (t) => {
  const limits = { headersTimeoutMs: 100, checkIntervalMs: 20 };
  const { port, rejected } = await serveSecured(t, { tls: tlsSettings() }, { limits });
  const hello = Buffer.from('160301', 'hex');
  const ends = [
    readToEnd(await open(port)),
    exchange(port, hello),
    exchange(port, Buffer.concat([hello, Buffer.from([1, 0])])),
    exchange(port, Buffer.concat([hello, Buffer.from([0, 5, 1, 2, 3, 4, 5])])),
  ];
  // The last one gets an alert.
  assert.deepEqual((await Promise.all(ends)).slice(0, 3), ['', '', '']);
  await until('the rejections', () => (rejected.length >= 3 ? true : undefined));
  const late = await openSecure(port);
  assert.match(await readToEnd(late), /^HTTP\/1.1 408 /);
});

test('an idle session ends at the timeout for the next request', async (t) => {
  const { port } = await serveSecured(t, { tls: tlsSettings() }, { limits: { keepAliveTimeoutMs: 50 } });
  const socket = await openSecure(port);
  socket.write('GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.match(await readToEnd(socket), /^HTTP\/1.1 200 OK/);
});

test('a client that connects and disconnects is not counted as rejected', async (t) => {
  const { port, rejected } = await serveSecured(t, { tls: tlsSettings() });
  const socket = await open(port);
  socket.end();
  await readToEnd(socket);
  assert.equal((await getSecure(port, '/-/healthy')).status, 200);
  assert.deepEqual(rejected, []);
});

test('a client cannot renegotiate', async (t) => {
  const { port } = await serveSecured(t, { tls: tlsSettings() });
  const socket = await openSecure(port, { maxVersion: 'TLSv1.2' });
  const failed = new Promise<unknown>((resolve) => socket.once('error', resolve));
  socket.renegotiate({ rejectUnauthorized: false }, () => {});
  const error = await failed;
  assert.equal(error instanceof Error && 'code' in error && error.code, 'ERR_SSL_NO_RENEGOTIATION');
  socket.destroy();
});

test('above the limit of connections, silent ones are closed without a response', async (t) => {
  const { port, rejected } = await serveSecured(t, { tls: tlsSettings() }, { limits: { maxConnections: 8 } });
  const silent = await Promise.all(Array.from({ length: 12 }, () => open(port)));
  const ended = silent.map(readToEnd);
  assert.equal((await getSecure(port, '/-/healthy')).status, 200);
  assert.deepEqual(await Promise.all(ended.slice(0, 4)), ['', '', '', '']);
  assert.equal(rejected.filter((reason) => reason === 'connections').length >= 4, true);
  for (const socket of silent) socket.destroy();
});

test('a client that does not read is disconnected', async (t) => {
  const page = async () => LARGE_PAGE;
  const { port, rejected } = await serveSecured(t, { tls: tlsSettings() }, { page, limits: { answerTimeoutMs: 50 } });
  const socket = await openSecure(port);
  socket.pause();
  socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
  await until('the rejection', () => rejected[0]);
  assert.deepEqual(rejected, ['slow_reader']);
  await readToEnd(socket);
});

test('a session never holds more than a small part of a page', async (t) => {
  const { port, security } = await serveSecured(t, { tls: tlsSettings() }, { page: async () => LARGE_PAGE });
  const gate = security.tls;
  assert.ok(gate !== undefined);
  const { accept } = gate;
  const sessions: TLSSocket[] = [];
  t.mock.method(gate, 'accept', (socket: Socket, listener: HandshakeListener) =>
    accept(socket, {
      ...listener,
      onSecure: (session, hasVerifiedCertificate) => {
        sessions.push(session);
        listener.onSecure(session, hasVerifiedCertificate);
      },
    }),
  );
  const socket = await openSecure(port);
  socket.pause();
  socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
  const held = await until('a part of the page', () => sessions[0]?.writableLength || undefined);
  socket.destroy();
  assert.ok(held < 100_000, `${held} bytes`);
});

test('pipelined requests are answered one at a time, up to the limit of the connection', async (t) => {
  const { port } = await serveSecured(t, { tls: tlsSettings() }, { limits: { maxRequestsPerConnection: 10 } });
  const socket = await openSecure(port);
  socket.write('GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(200));
  assert.equal((await readToEnd(socket)).split('HTTP/1.1 200 OK').length, 11);
});

test('close ends handshakes and idle sessions', async (t) => {
  const server = await serveSecured(t, { tls: tlsSettings() });
  const idle = await openSecure(server.port);
  const silent = await open(server.port);
  const ended = [idle, silent].map((socket) => readToEnd(socket));
  await server.close();
  assert.deepEqual(await Promise.all(ended), ['', '']);
});

test('a new certificate and new client CAs apply to the next connection', async (t) => {
  const server = await serveSecured(t, { tls: tlsSettings() });
  const idle = await openSecure(server.port);
  const subject = async () => {
    const socket = await openSecure(server.port, { rejectUnauthorized: false });
    const certificate = socket.getPeerX509Certificate();
    socket.destroy();
    return certificate?.subject;
  };
  assert.equal(await subject(), 'CN=localhost');
  const other = { cert: pemText('server-other-host'), key: pemText('server-other-host-key') };
  server.security.update({ users: new Map(), headers: {}, tls: tlsSettings(other) });
  assert.equal(await subject(), 'CN=collector.example.com');
  idle.write('GET /-/healthy HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  assert.match(await readToEnd(idle), /^HTTP\/1.1 200 OK/);

  const clientCa = pemText('unknown-ca');
  server.security.update({
    users: new Map(),
    headers: {},
    tls: tlsSettings({ clientCertificates: 'require-and-verify', clientCa }),
  });
  await assert.rejects(getSecure(server.port, '/-/healthy', CLIENT));
  assert.equal((await getSecure(server.port, '/-/healthy', CERTIFICATES.unknown)).status, 200);
});
