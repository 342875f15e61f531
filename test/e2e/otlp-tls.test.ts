/** OTLP over TLS, with valid and invalid certificates. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import tls from 'node:tls';
import type { Config } from '../../src/config/config.ts';
import { readTextFile } from '../../src/config/files.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { pointsOf } from '../helpers/otlp-export.ts';
import { startProgram } from '../helpers/program.ts';
import { type Running, scriptedEndpoint, startExporterOn } from '../helpers/running.ts';
import { stopClock, type TestClock } from '../helpers/test-clock.ts';
import {
  type Pem,
  pemFile,
  pemText,
  startTlsReceiver,
  type TlsMode,
  type TlsReceiver,
} from '../helpers/tls-receiver.ts';

/** Also the timeout of an export, shorter than the minimum backoff before a retry (800 ms). */
const EXPORT_INTERVAL_MS = 700;

type Files = Partial<Record<'CERTIFICATE' | 'CLIENT_CERTIFICATE' | 'CLIENT_KEY', Pem>>;

const TRUSTING: Files = { CERTIFICATE: 'ca' };
const client = (name: 'client' | 'client-expired' | 'client-unknown-ca'): Files => ({
  ...TRUSTING,
  CLIENT_CERTIFICATE: name,
  CLIENT_KEY: `${name}-key`,
});

const VALID: TlsMode = { server: 'server' };
const MUTUAL: TlsMode = { server: 'server', wantsClientCertificate: true };

/** The environment of the program. */
function environment(address: string, files: Files): Record<string, string> {
  return {
    EXPORTERS: 'prometheus,otlp',
    EXPORTER_PORT: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: address,
    OTEL_METRIC_EXPORT_INTERVAL: String(EXPORT_INTERVAL_MS),
    ...Object.fromEntries(Object.entries(files).map(([name, pem]) => [`OTEL_EXPORTER_OTLP_${name}`, pemFile(pem)])),
  };
}

function configOf(env: Record<string, string>, metadataUrl: URL): Config {
  const resolved = resolveConfig({ argv: [], env, isTTY: false, readFile: readTextFile, metadataUrl });
  return 'config' in resolved ? resolved.config : assert.fail(JSON.stringify(resolved.problems));
}

interface Pushing extends Running {
  readonly receiver: TlsReceiver;
  readonly clock: TestClock;
}

/** Starts a receiver and an exporter on the test's clock, and takes the first sample. */
async function pushing(t: TestContext, mode: TlsMode, files: Files, scheme = 'https'): Promise<Pushing> {
  const clock = stopClock(t);
  const receiver = await startTlsReceiver(mode);
  const { endpoint, task } = await scriptedEndpoint(t);
  const env = environment(`${scheme}://localhost:${receiver.port}`, files);
  t.after(async () => {
    await receiver.close();
    await clock.during(running.exporter.shutdown());
  });
  const running = await startExporterOn(t, endpoint, task, configOf(env, new URL(endpoint.url)));
  await running.exporter.poll();
  return { ...running, receiver, clock };
}

const warnings = ({ lines }: Running) => lines().filter(({ level }) => level === 'warn');

/** Asserts that the page was served during the failure, and that the receiver gets the newest sample afterwards. */
async function assertRecovers({ receiver, clock, task, poll, status, lines }: Pushing, mode: TlsMode): Promise<void> {
  task.advance(10);
  await poll();
  assert.equal(await status('/metrics'), 200);
  assert.equal(await status('/-/ready'), 200);
  assert.equal(receiver.exports.length, 0);
  receiver.setMode(mode);
  const first = await clock.until('an export', () => receiver.exports[0]);
  assert.equal(pointsOf(first, 'aws.ecs.container.cpu.time', { 'container.name': 'web' })[0]?.value, 70 * 0.25);
  await clock.until('the recovery', () => lines().find(({ event }) => event === 'otlp_export_recovered'));
}

interface Fault {
  readonly name: string;
  readonly mode: TlsMode;
  readonly files: Files;
  readonly message: RegExp;
  readonly reason?: 'tls' | 'reset';
  readonly scheme?: 'http';
  /** @default VALID */
  readonly recovered?: TlsMode;
}

const FAULTS: readonly Fault[] = [
  {
    name: 'an expired certificate',
    mode: { server: 'server-expired' },
    files: TRUSTING,
    message: /: the receiver's certificate .*has expired \(CERT_HAS_EXPIRED\): renew it at the receiver/,
  },
  {
    name: 'a certificate for another host',
    mode: { server: 'server-other-host' },
    files: TRUSTING,
    message: /certificate is for DNS:collector\.example\.com, DNS:otel\.example\.com, not for localhost /,
  },
  {
    name: 'an unknown authority',
    mode: { server: 'server-unknown-ca' },
    files: TRUSTING,
    message: /\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\): .*OTEL_EXPORTER_OTLP_CERTIFICATE/,
  },
  {
    name: 'an unknown authority in the certificate chain',
    mode: { server: 'server-unknown-ca', chain: 'unknown-ca' },
    files: TRUSTING,
    message: /\(SELF_SIGNED_CERT_IN_CHAIN\): .*OTEL_EXPORTER_OTLP_CERTIFICATE/,
  },
  {
    name: 'no client certificate, TLS 1.3',
    mode: { ...MUTUAL, tls: 'TLSv1.3' },
    files: TRUSTING,
    message: /requires a client certificate: .*OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY/,
  },
  {
    name: 'no client certificate, TLS 1.2',
    mode: { ...MUTUAL, tls: 'TLSv1.2' },
    files: TRUSTING,
    message:
      /may require a client certificate \(OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY\)/,
  },
  {
    // With TLS 1.3, the client completes the handshake before the server rejects it; this server then closes without an alert.
    name: 'a client certificate of an unknown authority, TLS 1.3',
    mode: { ...MUTUAL, tls: 'TLSv1.3' },
    files: client('client-unknown-ca'),
    reason: 'reset',
    message: /closed the connection .*reject the client certificate \(OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE\)/,
  },
  {
    name: 'a client certificate of an unknown authority, TLS 1.2',
    mode: { ...MUTUAL, tls: 'TLSv1.2' },
    files: client('client-unknown-ca'),
    message: /closed the connection during the TLS handshake .*accepts the client certificate/,
  },
  {
    name: 'a client certificate that has expired',
    mode: { ...MUTUAL, tls: 'TLSv1.2' },
    files: client('client-expired'),
    message: /closed the connection during the TLS handshake .*accepts the client certificate/,
  },
  {
    name: 'TLS to a plain HTTP port',
    mode: 'plain',
    files: TRUSTING,
    message: /does not use TLS on this port: use http:\/\//,
  },
  {
    name: 'plain HTTP to a TLS port',
    mode: VALID,
    files: {},
    scheme: 'http',
    reason: 'reset',
    message: /closed the connection without a response \(ECONNRESET\): .*it may require TLS \(https:\/\/\)/,
    recovered: 'plain',
  },
];

describe('TLS', () => {
  for (const { name, mode, files, message, reason = 'tls', scheme, recovered = VALID } of FAULTS) {
    test(`${name}: one warning with the reason, metrics continue, one line at the recovery`, async (t) => {
      const exporter = await pushing(t, mode, files, scheme);
      const { receiver, lines, clock } = exporter;
      await clock.until('three exports', () => (receiver.connections >= 3 ? true : undefined));
      await clock.until('the warning', () => warnings(exporter)[0]);
      await assertRecovers(exporter, recovered);
      const logged = lines().map(({ level, event, fields }) => [level, event, fields['reason']]);
      assert.deepEqual(logged, [
        ['info', 'task_found', undefined],
        ['warn', 'otlp_export_failing', reason],
        ['info', 'otlp_export_recovered', undefined],
      ]);
      assert.match(warnings(exporter)[0]?.message ?? '', message);
    });
  }

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`mutual TLS with the right certificates, ${version}`, async (t) => {
      const { receiver, lines, clock } = await pushing(t, { ...MUTUAL, tls: version }, client('client'));
      await clock.until('two exports', () => receiver.exports[1]);
      // Both exports used one connection.
      assert.equal(receiver.connections, 1);
      assert.deepEqual(
        lines().map(({ event }) => event),
        ['task_found'],
      );
    });
  }

  test('mutual TLS works if the program is configured by its environment, and it exits with code 0', async (t) => {
    const receiver = await startTlsReceiver(MUTUAL);
    t.after(() => receiver.close());
    const { endpoint } = await scriptedEndpoint(t);
    const env = environment(`https://localhost:${receiver.port}`, client('client'));
    // One export after the first sample, and one after the signal.
    const seldom = { OTEL_METRIC_EXPORT_INTERVAL: '600000', OTEL_EXPORTER_OTLP_TIMEOUT: '30000' };
    const program = startProgram(t, [], { ...env, ...seldom, ECS_CONTAINER_METADATA_URI_V4: endpoint.url });
    await receiver.received(0);
    assert.equal((await program.stop('SIGTERM')).code, 0);
    assert.equal(receiver.exports.length, 2);
    assert.ok(!program.events().includes('otlp_export_failing'), program.stderr());
  });
});

test('TLS 1.2 is the minimum, whatever the options of Node.js', async (t) => {
  // As with `node --tls-min-v1.0 --tls-cipher-list=DEFAULT:@SECLEVEL=0`.
  const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = tls;
  tls.DEFAULT_MIN_VERSION = 'TLSv1';
  tls.DEFAULT_CIPHERS = 'DEFAULT:@SECLEVEL=0';
  t.after(() => Object.assign(tls, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS }));
  const exporter = await pushing(t, { ...VALID, tls: 'TLSv1.1' }, TRUSTING);
  // Other clients in this process can connect.
  const { port } = exporter.receiver;
  const other = tls.connect({ host: 'localhost', port, ca: pemText('ca') });
  t.after(() => other.destroy());
  await once(other, 'secureConnect');
  assert.equal(other.getProtocol(), 'TLSv1.1');
  const warning = await exporter.clock.until('the warning', () => warnings(exporter)[0]);
  assert.match(warning.message, /supports neither TLS 1\.2 nor TLS 1\.3/);
  assert.equal(warning.fields['reason'], 'tls');
});
