/** Run by namespace.test.ts in a network namespace with the address 169.254.170.2. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CREDENTIALS_CANARY, startCredentialsServer } from '../../helpers/credentials-server.ts';
import { startInProcess } from '../../helpers/in-process-program.ts';
import { scriptedEndpoint } from '../../helpers/running.ts';
import { startSigV4Receiver } from '../../helpers/sigv4-receiver.ts';
import { stopClock } from '../../helpers/test-clock.ts';

async function startTask(t: TestContext) {
  const clock = stopClock(t);
  const credentials = await startCredentialsServer('169.254.170.2', 80);
  t.after(() => credentials.close());
  const receiver = await startSigV4Receiver({
    region: 'eu-west-1',
    service: 'monitoring',
    keysOf: credentials.keysOf,
  });
  t.after(() => receiver.close());
  const { endpoint } = await scriptedEndpoint(t);
  const start = () =>
    startInProcess(['run'], {
      ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
      EXPORTERS: 'prometheus,otlp',
      EXPORTER_PORT: '0',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
      OTEL_METRIC_EXPORT_INTERVAL: '5000',
      OTLP_AUTH: 'sigv4',
      OTLP_AUTH_SERVICE: 'monitoring',
      AWS_REGION: 'eu-west-1',
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: credentials.url.pathname,
      HTTP_PROXY: 'http://127.0.0.1:1',
    });
  return { clock, credentials, receiver, start };
}

const eventsOf = (log: string): readonly string[] =>
  [...log.matchAll(/"event":"((?:aws|otlp)_[a-z_]+)"/g)].map(([, event = '']) => event);

test('credentials that expire every few seconds: every export is signed with valid ones', async (t) => {
  const { clock, credentials, receiver, start } = await startTask(t);
  credentials.lifetimeMs = 3000;
  const program = start();
  await clock.until('exports', () => receiver.accepted.length >= 10 || undefined);
  program.signal('SIGTERM');
  assert.equal(await clock.during(program.ended), 0);
  assert.ok(credentials.requests >= 10);
  assert.deepEqual(receiver.rejections, []);
  assert.deepEqual(eventsOf(program.stderr()), []);
});

test('an endpoint that does not listen at the start: one warning, and recovery', async (t) => {
  const { clock, credentials, receiver, start } = await startTask(t);
  await credentials.close();
  const program = start();
  await clock.until('a failure', () => program.stderr().includes('otlp_export_failing') || undefined);
  const endMs = clock.elapsedMs + 60_000;
  await clock.until('a minute', () => clock.elapsedMs >= endMs || undefined);
  assert.equal(receiver.requests.length, 0);
  await credentials.listen();
  await clock.until('exports', () => receiver.accepted.length >= 3 || undefined);
  program.signal('SIGTERM');
  assert.equal(await clock.during(program.ended), 0);
  assert.deepEqual(receiver.rejections, []);
  assert.deepEqual(eventsOf(program.stderr()), [
    'aws_credentials_failing',
    'otlp_export_failing',
    'aws_credentials_recovered',
    'otlp_export_recovered',
  ]);
  assert.ok(!program.stderr().includes(CREDENTIALS_CANARY));
});
