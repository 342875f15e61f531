/** OTLP uses the proxy of the environment; requests to the metadata endpoint never do. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { readTextFile } from '../../src/config/files.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { startProgram } from '../helpers/program.ts';
import { type ForwardProxy, startProxy } from '../helpers/proxy.ts';
import { type Running, scriptedEndpoint, startExporterOn } from '../helpers/running.ts';
import { stopClock, type TestClock } from '../helpers/test-clock.ts';
import { pemFile, startTlsReceiver, type TlsReceiver } from '../helpers/tls-receiver.ts';

/** The host in the certificate `server-other-host`. */
const HOST = 'collector.example.com';
const PASSWORD = 'c4n4ry-proxy';

interface Proxied {
  readonly receiver: TlsReceiver;
  readonly proxy: ForwardProxy;
  readonly env: Readonly<Record<string, string>>;
}

/** A receiver that is reachable only through the proxy, and the environment of an exporter that pushes to it. */
async function startProxied(t: TestContext, scheme: 'http' | 'https'): Promise<Proxied> {
  const receiver = await startTlsReceiver(scheme === 'http' ? 'plain' : { server: 'server-other-host' });
  const proxy = await startProxy(new Map([[`${HOST}:4318`, receiver.port]]));
  t.after(() => Promise.all([receiver.close(), proxy.close()]));
  const env = {
    EXPORTERS: 'prometheus,otlp',
    EXPORTER_PORT: '0',
    INTERVAL: '1',
    OTEL_EXPORTER_OTLP_ENDPOINT: `${scheme}://${HOST}:4318`,
    OTEL_EXPORTER_OTLP_CERTIFICATE: pemFile('ca'),
    [scheme === 'http' ? 'HTTP_PROXY' : 'HTTPS_PROXY']: `http://user:${PASSWORD}@127.0.0.1:${proxy.port}`,
    LOG_FORMAT: 'json',
  };
  return { receiver, proxy, env };
}

interface Started extends Running {
  readonly clock: TestClock;
}

/** Starts an exporter on the test's clock. */
async function start(t: TestContext, env: Readonly<Record<string, string>>): Promise<Started> {
  const clock = stopClock(t);
  const { endpoint, task } = await scriptedEndpoint(t);
  t.after(() => clock.during(running.exporter.shutdown()));
  const input = { argv: [], env, isTTY: false, readFile: readTextFile, metadataUrl: new URL(endpoint.url) };
  const resolved = resolveConfig(input);
  if ('problems' in resolved) assert.fail(JSON.stringify(resolved.problems));
  const running = await startExporterOn(t, endpoint, task, resolved.config);
  return { ...running, clock };
}

const BASIC = `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`;

for (const [scheme, method, target] of [
  ['http', 'POST', `http://${HOST}:4318/v1/metrics`],
  ['https', 'CONNECT', `${HOST}:4318`],
] as const) {
  test(`${scheme}: exports use the proxy, with its user and password`, async (t) => {
    const { receiver, proxy, env } = await startProxied(t, scheme);
    const { lines, clock } = await start(t, env);
    await clock.until('two exports', () => receiver.exports[1]);
    const [first] = proxy.requests;
    assert.deepEqual([first?.method, first?.target, first?.headers['proxy-authorization']], [method, target, BASIC]);
    assert.ok(proxy.requests.every((one) => one.target === target));
    assert.deepEqual(
      lines().filter(({ level }) => level === 'warn'),
      [],
    );
  });

  test(`${scheme}: the message names the proxy without its password`, async (t) => {
    const { proxy, env } = await startProxied(t, scheme);
    proxy.rejectStatus = 407;
    const { lines, clock } = await start(t, env);
    const failing = await clock.until('the failure', () =>
      lines().find(({ event }) => event === 'otlp_export_failing'),
    );
    assert.match(failing.message, /\b407\b.*\(through the proxy of HTTPS_PROXY or HTTP_PROXY\)$/);
    assert.ok(!JSON.stringify(lines()).includes(PASSWORD));
    proxy.rejectStatus = undefined;
    await clock.until('the recovery', () => lines().find(({ event }) => event === 'otlp_export_recovered'));
  });

  test(`${scheme}: an unreachable proxy`, async (t) => {
    const { proxy, env } = await startProxied(t, scheme);
    await proxy.close();
    const { lines, clock } = await start(t, env);
    const failing = await clock.until('the failure', () =>
      lines().find(({ event }) => event === 'otlp_export_failing'),
    );
    assert.match(failing.message, /ECONNREFUSED.*through the proxy/);
    assert.ok(!JSON.stringify(lines()).includes(PASSWORD));
  });
}

for (const [what, changes] of [
  ['NO_PROXY names the receiver', { NO_PROXY: HOST }],
  ['NO_PROXY names its domain', { NO_PROXY: 'localhost,.example.com' }],
  ['NO_PROXY is a star', { no_proxy: '*' }],
  ['the receiver is on this machine', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://localhost:9' }],
] as const) {
  test(`${what}: the proxy is not used`, async (t) => {
    const { proxy, env } = await startProxied(t, 'https');
    const { lines, clock } = await start(t, { ...env, ...changes });
    await clock.until('the failure', () => lines().find(({ event }) => event === 'otlp_export_failing'));
    assert.deepEqual(proxy.requests, []);
  });
}

test('a process requests the metadata endpoint directly, whatever the environment', async (t) => {
  const { receiver, proxy, env } = await startProxied(t, 'http');
  const { endpoint } = await scriptedEndpoint(t);
  const proxies = { http_proxy: `http://127.0.0.1:${proxy.port}`, NODE_USE_ENV_PROXY: '1' };
  const program = startProgram(t, ['run', '--metadata-url', endpoint.url, '--log-level', 'debug'], {
    ...env,
    ...proxies,
  });
  await receiver.received(0);
  assert.ok(endpoint.requests.length > 0);
  assert.ok(proxy.requests.every(({ target }) => target === `http://${HOST}:4318/v1/metrics`));
  assert.equal((await program.stop('SIGTERM')).code, 0);
  assert.ok(!`${program.stdout()}${program.stderr()}`.includes(PASSWORD));
});
