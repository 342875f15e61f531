import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Server } from 'node:http';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { listen } from '../../../../instrumentation/http/listen.ts';
import { textAt } from '../../../real/json.ts';
import { get } from './http-client.ts';
import { serve } from './serve.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
const skip = hasIpv6 ? false : 'no IPv6 on this machine';

/** Takes a port with a server that is not ours. */
async function occupy(t: { after: (done: () => void) => void }, host: string): Promise<number> {
  const other = createServer().listen(0, host);
  await once(other, 'listening');
  t.after(() => other.close());
  const address = other.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

test('port 0 takes a free port and tells which', async (t) => {
  const first = await serve(t);
  const second = await serve(t);
  assert.ok(first.port > 0 && second.port > 0 && first.port !== second.port);
  assert.deepEqual(first.address, { host: '127.0.0.1', port: first.port });
});

test('a port in use is an error that names host, port and reason', async (t) => {
  const { port } = await serve(t, { host: 'localhost' });
  await assert.rejects(serve(t, { host: 'localhost', port }), {
    code: 'listen_failed',
    message: `cannot listen on localhost:${port}: port ${port} on localhost is already in use; choose another one with --exporter-port (EXPORTER_PORT)`,
  });
});

const UNUSABLE: readonly (readonly [host: string, message: RegExp])[] = [
  ['name.invalid', /^cannot listen on name\.invalid:9545: the name name\.invalid (has no address|cannot be resolved)$/],
  ['192.0.2.1', /^cannot listen on 192\.0\.2\.1:9545: 192\.0\.2\.1 is not an address of this machine$/],
  ['2001:db8::1', /^cannot listen on \[2001:db8::1\]:9545: 2001:db8::1 is not an address of this machine$/],
];

for (const [host, message] of UNUSABLE) {
  test(`${host} cannot be listened on, and the error says why`, async (t) => {
    await assert.rejects(serve(t, { host, port: 9545 }), (error: unknown) => {
      assert.ok(error instanceof Error && 'code' in error);
      assert.equal(error.code, 'listen_failed');
      assert.match(error.message, message);
      assert.ok(error.cause instanceof Error);
      return true;
    });
  });
}

test('localhost is IPv4 and IPv6 loopback on one port', { skip }, async (t) => {
  const { address, port } = await serve(t, { host: 'localhost' });
  assert.deepEqual(address, { host: 'localhost', port });
  assert.equal((await get(port, '/-/healthy', { host: '127.0.0.1' })).status, 200);
  assert.equal((await get(port, '/-/healthy', { host: '::1' })).status, 200);
});

test('localhost is taken on both addresses or on none', { skip }, async (t) => {
  const port = await occupy(t, '::1');
  await assert.rejects(serve(t, { host: 'localhost', port }), { code: 'listen_failed' });
  await assert.rejects(get(port, '/-/healthy', { host: '127.0.0.1' }), { code: 'ECONNREFUSED' });
});

test('127.0.0.1 is that address only', { skip }, async (t) => {
  const { port } = await serve(t);
  await assert.rejects(get(port, '/-/healthy', { host: '::1' }), { code: 'ECONNREFUSED' });
});

test(':: is every address of both protocols', { skip }, async (t) => {
  const { port } = await serve(t, { host: '::' });
  assert.equal((await get(port, '/-/healthy', { host: '127.0.0.1' })).status, 200);
  assert.equal((await get(port, '/-/healthy', { host: '::1' })).status, 200);
});

for (const [host, code] of [
  ['::', 'EAFNOSUPPORT'],
  ['::', 'EADDRNOTAVAIL'],
  ['0::0', 'EAFNOSUPPORT'],
] as const) {
  test(`${host} is every IPv4 address where a socket for IPv6 ends in ${code}`, async (t) => {
    const asked: (string | undefined)[] = [];
    class WithoutIPv6 extends Server {
      override listen(options: unknown, ...others: readonly unknown[]): this {
        const address = textAt(options, 'host');
        asked.push(address);
        if (!address.includes(':')) return Reflect.apply(Server.prototype.listen, this, [options, ...others]);
        setImmediate(() => this.emit('error', Object.assign(new Error('no IPv6'), { code })));
        return this;
      }
    }
    const { servers, port } = await listen(() => new WithoutIPv6(), host, 0);
    t.after(() => servers.map((server) => server.close()));
    assert.deepEqual(asked, [host, '0.0.0.0']);
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
  });
}

test('an address of IPv6 that is not there is an error all the same', async () => {
  await assert.rejects(
    listen(() => new Server(), '2001:db8::1', 0),
    { code: 'listen_failed' },
  );
});

test('0.0.0.0 is every IPv4 address', async (t) => {
  const { port } = await serve(t, { host: '0.0.0.0' });
  assert.equal((await get(port, '/-/healthy', { host: '127.0.0.2' })).status, 200);
});
