/** Signed pushes to a strict receiver, which recomputes each signature. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Config, OtlpConfig } from '../../src/config/config.ts';
import { testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { startInProcess } from '../helpers/in-process-program.ts';
import { metricsOf } from '../helpers/otlp-export.ts';
import { type Running, scriptedEndpoint, startExporterOn } from '../helpers/running.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';
import { type SigV4Receiver, type SigV4ReceiverOptions, startSigV4Receiver } from '../helpers/sigv4-receiver.ts';
import { stopClock, type TestClock } from '../helpers/test-clock.ts';

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret/+key', sessionToken: 'token/+==' };
const SCOPE = { region: 'eu-west-1', service: 'monitoring' };

interface Signing extends Running {
  readonly clock: TestClock;
  readonly receiver: SigV4Receiver;
}

async function startSigning(
  t: TestContext,
  otlp: Partial<OtlpConfig> = {},
  options: Partial<SigV4ReceiverOptions> = {},
  containers: readonly string[] = ['web', 'worker'],
  config: Partial<Config> = {},
): Promise<Signing> {
  const clock = stopClock(t);
  const receiver = await startSigV4Receiver({
    ...SCOPE,
    keysOf: (id) => (id === KEYS.accessKeyId ? KEYS : undefined),
    ...options,
  });
  const endpoint = await startFaultEndpoint();
  const task = scriptedTask(...containers);
  task.publish(endpoint);
  const base = testConfig(endpoint.url);
  t.after(async () => {
    await receiver.close();
    await clock.during(running.exporter.shutdown());
    await endpoint.close();
  });
  const running = await startExporterOn(t, endpoint, task, {
    exporters: ['prometheus', 'otlp'],
    exportTimeoutMs: 10_000,
    ...config,
    otlp: {
      ...base.otlp,
      timeoutMs: 10_000,
      url: new URL(receiver.url),
      sigv4: { ...SCOPE, credentials: { keys: KEYS } },
      ...otlp,
    },
  });
  await running.exporter.poll();
  return { ...running, clock, receiver };
}

const eventsOf = (running: Running): readonly string[] =>
  running
    .lines()
    .map(({ event }) => event)
    .filter((event) => event.startsWith('otlp_'));

for (const protocol of ['http/protobuf', 'http/json'] as const) {
  for (const compression of ['gzip', 'none'] as const) {
    test(`${protocol}, ${compression}: every request is signed over the body as sent`, async (t) => {
      const running = await startSigning(t, { protocol, compression });
      const { clock, receiver } = running;
      await clock.until('three exports', () => receiver.accepted.length >= 3 || undefined);
      assert.deepEqual(receiver.rejections, []);
      const [first] = receiver.accepted;
      assert.equal(first?.headers['content-encoding'], compression === 'gzip' ? 'gzip' : undefined);
      assert.ok(first?.headers['x-amz-content-sha256']);
      assert.equal(first.headers['x-amz-security-token'], KEYS.sessionToken);
      assert.deepEqual(eventsOf(running), []);
    });
  }
}

test('another path, a query, a custom Host header and x-amz headers are part of the signature', async (t) => {
  const target = '/prod/a%20b/v1/metrics?b=2&a=%2F';
  const headers = { host: 'api.example.com', 'x-amz-meta': 'a  b', 'x-other': 'c' };
  const { clock, receiver } = await startSigning(t, {}, { target });
  await clock.until('an export', () => receiver.accepted.length > 0 || undefined);
  assert.deepEqual(receiver.rejections, []);
  const other = await startSigning(t, { headers });
  await clock.until('an export', () => other.receiver.accepted.length > 0 || undefined);
  assert.deepEqual(other.receiver.rejections, []);
  assert.equal(other.receiver.accepted[0]?.headers.host, 'api.example.com');
});

test('keys without a session token', async (t) => {
  const { accessKeyId, secretAccessKey } = KEYS;
  const keys = { accessKeyId, secretAccessKey };
  const sigv4 = { ...SCOPE, credentials: { keys } };
  const { clock, receiver } = await startSigning(t, { sigv4 }, { keysOf: () => keys });
  await clock.until('an export', () => receiver.accepted.length > 0 || undefined);
  assert.deepEqual(receiver.rejections, []);
  assert.equal(receiver.accepted[0]?.headers['x-amz-security-token'], undefined);
});

test('each retry is signed again', async (t) => {
  const { clock, receiver } = await startSigning(t);
  receiver.respond = (response) => {
    if (receiver.requests.length > 3) return false;
    response.writeHead(503).end();
    return true;
  };
  await clock.until('an export', () => receiver.accepted.length > 0 || undefined);
  assert.deepEqual(receiver.rejections, []);
  const dates = receiver.requests.slice(0, 4).map(({ headers }) => headers['x-amz-date']);
  assert.equal(new Set(dates).size, 4, dates.join());
});

test('more than 1,000 points arrive in requests of at most 1,000', async (t) => {
  const containers = Array.from({ length: 60 }, (_, index) => `container-${index}`);
  const { clock, receiver } = await startSigning(t, { maxPoints: 1000, compression: 'gzip' }, {}, containers);
  await clock.until('all containers', () => receiver.accepted.length >= 2 || undefined);
  assert.deepEqual(receiver.rejections, []);
  const sizes = receiver.accepted.map((one) => metricsOf(one).flatMap(({ points }) => points).length);
  assert.equal(sizes[0], 1000);
});

test('a wrong key causes one warning that names what to check', async (t) => {
  const running = await startSigning(t, {}, { keysOf: () => ({ ...KEYS, secretAccessKey: 'other' }) });
  const { clock, receiver } = running;
  await clock.until('exports', () => receiver.requests.length >= 3 || undefined);
  assert.ok(receiver.rejections.every((reason) => reason === 'wrong signature'));
  assert.deepEqual(eventsOf(running), ['otlp_export_failing']);
  const [line] = running.lines().filter(({ event }) => event === 'otlp_export_failing');
  assert.match(line?.message ?? '', /HTTP 403 Forbidden: .*policy of the task role/);
});

for (const skewMs of [-3_600_000, 3_600_000, 86_400_000]) {
  test(`a clock that differs by ${skewMs / 60_000} minutes is corrected by the date of the rejection`, async (t) => {
    const clock = stopClock(t);
    let receiverSkewMs = skewMs;
    const running = await startSigning(t, {}, { nowMs: () => Date.now() + receiverSkewMs });
    const { receiver } = running;
    await clock.until('three exports', () => receiver.accepted.length >= 3 || undefined);
    // Only the first request is rejected; the export succeeds.
    assert.equal(receiver.rejections.length, 1);
    assert.deepEqual(eventsOf(running), []);
    receiverSkewMs = 0;
    const before = receiver.accepted.length;
    await clock.until('more exports', () => receiver.accepted.length >= before + 3 || undefined);
    assert.equal(receiver.rejections.length, 2);
    assert.deepEqual(eventsOf(running), []);
  });
}

test('a receiver whose clock jumps with each response gets two requests per export', async (t) => {
  const clock = stopClock(t);
  let jumps = 0;
  const running = await startSigning(t, {}, { nowMs: () => Date.now() + (jumps % 2 === 0 ? 1 : -1) * 3_600_000 });
  const { receiver } = running;
  receiver.respond = (response) => {
    jumps += 1;
    response.writeHead(403).end();
    return true;
  };
  await clock.until('a failed export', () => eventsOf(running).length > 0 || undefined);
  await clock.settled();
  assert.equal(receiver.requests.length, 2);
});

for (const date of ['yesterday', '1', 'Mon, 99 Foo 2026', '']) {
  test(`the date ${JSON.stringify(date)} in a rejection is ignored`, async (t) => {
    const running = await startSigning(t);
    const { clock, receiver } = running;
    receiver.respond = (response) => {
      response.writeHead(403, { date }).end();
      return true;
    };
    await clock.until('a failed export', () => eventsOf(running).length > 0 || undefined);
    await clock.settled();
    assert.equal(receiver.requests.length, 1);
  });
}

test('the program signs with the variables of AWS; an authorization header takes precedence', async (t) => {
  const clock = stopClock(t);
  const receiver = await startSigV4Receiver({ region: 'us-east-1', service: 'execute-api', keysOf: () => KEYS });
  t.after(() => receiver.close());
  const { endpoint } = await scriptedEndpoint(t);
  const env = {
    ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
    EXPORTERS: 'otlp',
    EXPORTER_PORT: '0',
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
    OTLP_AUTH: 'sigv4',
    OTLP_AUTH_SERVICE: 'execute-api',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_SESSION_TOKEN: KEYS.sessionToken,
  };
  const signing = startInProcess(['run'], env);
  await clock.until('an export', () => receiver.accepted.length > 0 || undefined);
  signing.signal('SIGTERM');
  assert.equal(await clock.during(signing.ended), 0);
  assert.deepEqual(receiver.rejections, []);

  const plain = startInProcess(['run'], { ...env, OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20abc' });
  await clock.until('a request', () => receiver.rejections.length > 0 || undefined);
  plain.signal('SIGTERM');
  assert.equal(await clock.during(plain.ended), 0);
  const { headers } = receiver.requests.at(-1) ?? assert.fail('no request');
  assert.equal(headers.authorization, 'Bearer abc');
  assert.equal(headers['x-amz-date'], undefined);
});
