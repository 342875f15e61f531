import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { main } from '../../../src/cli/main.ts';

async function call(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const host = Object.assign(new EventEmitter(), { exit: () => assert.fail('no exit from here') });
  const code = await main({ argv, env, stdout, stderr, host });
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

/** An HTTP server that returns this status for every request; 0: no response. */
async function withServer<T>(
  host: string,
  status: number,
  use: (port: number) => Promise<T>,
  onAsked?: () => void,
): Promise<[T, string[]]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    onAsked?.();
    if (status > 0) response.writeHead(status).end('x'.repeat(100_000));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  assert.ok(isAddress(address));
  try {
    return [await use(address.port), asked];
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

for (const host of ['127.0.0.1', 'localhost', '0.0.0.0', '::', '[::1]']) {
  test(`healthcheck of a server on ${host}`, async () => {
    const listenHost = host === '[::1]' ? '::1' : host;
    const [{ code, stdout, stderr }, asked] = await withServer(listenHost, 200, (port) =>
      call(['healthcheck', '--exporter-host', host], { EXPORTER_PORT: String(port) }),
    );
    assert.match(stdout, /^healthy: http:\/\/\S+\/-\/healthy returned 200\n$/);
    assert.deepEqual([code, stderr, asked], [0, '', ['GET /-/healthy']]);
  });
}

test('healthcheck: a status other than 200 is not healthy', async () => {
  for (const status of [503, 302, 404]) {
    const [{ code, stdout }] = await withServer('127.0.0.1', status, (port) =>
      call(['healthcheck', `--exporter-port=${port}`]),
    );
    assert.match(stdout, new RegExp(`^not healthy: \\S+ returned ${status}\\n$`));
    assert.equal(code, 1);
  }
});

test('healthcheck: no response within 3 s is not healthy', async (t) => {
  const deadline = new AbortController();
  const timeout = t.mock.method(AbortSignal, 'timeout', () => deadline.signal);
  const onAsked = () => deadline.abort();
  const [{ code, stdout }] = await withServer(
    '127.0.0.1',
    0,
    (port) => call(['healthcheck', `--exporter-port=${port}`]),
    onAsked,
  );
  assert.deepEqual(timeout.mock.calls[0]?.arguments, [3000]);
  assert.match(stdout, /^not healthy: \S+ no response within 3 s\n$/);
  assert.equal(code, 1);
});

test('healthcheck: connection refused', async () => {
  const [port] = await withServer('127.0.0.1', 200, async (free) => free);
  const { code, stdout } = await call(['healthcheck', '--exporter-host=127.0.0.1', `--exporter-port=${port}`]);
  assert.match(stdout, /^not healthy: \S+ connect ECONNREFUSED \S+\n$/);
  assert.equal(code, 1);
});

test('healthcheck validates its own options only', async () => {
  const { code, stderr } = await call(['healthcheck', '--exporter-port', '0', '--exporter-host', 'a b']);
  assert.equal(code, 2);
  assert.match(stderr, /error: --exporter-host="a b" must be .*\nerror: healthcheck cannot use port 0/);
  const [other] = await withServer('127.0.0.1', 200, (port) =>
    call(['healthcheck', `--exporter-port=${port}`], { INTERVAL: 'junk', OTEL_CONFIG_FILE: '/x' }),
  );
  assert.equal(other.code, 0);
});

test('invalid options: one line each on stderr, warnings, a hint, exit code 2, for every command with options', async () => {
  for (const command of ['run', 'once', 'demo']) {
    const { code, stdout, stderr } = await call([command, '--bogus'], { INTERVAL: 'x', INCLUD: 'web' });
    assert.equal(code, 2);
    assert.equal(stdout, '');
    const lines = stderr.trimEnd().split('\n');
    assert.ok(lines.includes('error: unknown option --bogus'));
    assert.ok(lines.includes('error: INTERVAL="x" must be a number of seconds from 1 to 3600'));
    assert.equal(lines.at(-2), 'warning: unknown variable INCLUD has no effect; did you mean INCLUDE?');
    assert.match(lines.at(-1) ?? '', /--help/);
    assert.equal(lines.length, command === 'demo' ? 4 : 5);
  }
});

test('a closed stdout is a failure, and no crash', async () => {
  const stdout = new PassThrough();
  stdout.destroy();
  const host = Object.assign(new EventEmitter(), { exit: () => {} });
  assert.equal(await main({ argv: ['--help'], env: {}, stdout, stderr: new PassThrough(), host }), 1);
});
