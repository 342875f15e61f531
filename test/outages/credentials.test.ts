/** Outages of the credentials endpoint: no request with expired credentials, one warning, and recovery without a restart. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { testConfig } from '../helpers/config.ts';
import { CREDENTIALS_CANARY, type CredentialsServer, startCredentialsServer } from '../helpers/credentials-server.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { startExporterOn } from '../helpers/running.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';
import { startSigV4Receiver } from '../helpers/sigv4-receiver.ts';
import { stopClock } from '../helpers/test-clock.ts';

const SCOPE = { region: 'eu-west-1', service: 'monitoring' };
const EXPORT_MS = 10_000;
const HOUR_MS = 3_600_000;

async function start(t: TestContext, options: { lifetimeMs?: number; fault?: CredentialsServer['fault'] } = {}) {
  const clock = stopClock(t);
  const credentials = await startCredentialsServer();
  credentials.lifetimeMs = options.lifetimeMs ?? 6 * HOUR_MS;
  credentials.fault = options.fault;
  const receiver = await startSigV4Receiver({ ...SCOPE, keysOf: credentials.keysOf });
  const endpoint = await startFaultEndpoint();
  const task = scriptedTask('web');
  task.publish(endpoint);
  t.after(async () => {
    await credentials.close();
    await receiver.close();
    await clock.during(running.exporter.shutdown());
    await endpoint.close();
  });
  const { otlp } = testConfig(endpoint.url);
  const running = await startExporterOn(t, endpoint, task, {
    exporters: ['prometheus', 'otlp'],
    exportIntervalMs: EXPORT_MS,
    exportTimeoutMs: 5000,
    otlp: {
      ...otlp,
      timeoutMs: 5000,
      url: new URL(receiver.url),
      sigv4: { ...SCOPE, credentials: { endpoint: { url: credentials.url } } },
    },
  });
  await running.exporter.poll();
  const log = (): readonly string[] =>
    running
      .lines()
      .filter(({ event }) => /^(?:otlp|aws)_/.test(event))
      .map(({ level, event, fields }) => [level, event, fields['reason']].filter(Boolean).join(' '));
  const isHanging = (): boolean => credentials.hanging > 0;
  return {
    ...running,
    clock,
    credentials,
    receiver,
    log,
    /** Waits for a number of further accepted exports. */
    accepted: async (count: number) => {
      const target = receiver.accepted.length + count;
      await clock.until('exports', () => receiver.accepted.length >= target || undefined, isHanging);
    },
    /** Advances time by this many export intervals. */
    intervals: async (count: number) => {
      const endMs = clock.elapsedMs + count * EXPORT_MS;
      await clock.until('the intervals', () => clock.elapsedMs >= endMs || undefined, isHanging);
    },
  };
}

const FAULTS: readonly (readonly [name: string, reason: string, fault: CredentialsServer['fault']])[] = [
  ['answers 500', 'server_error', (response) => response.writeHead(500).end(CREDENTIALS_CANARY)],
  ['hangs', 'timeout', 'hang'],
  ['hands out garbage', 'invalid', (response) => response.end(`{"AccessKeyId":"${CREDENTIALS_CANARY}"`)],
  ['redirects', 'redirect', (response) => response.writeHead(302, { location: '/x' }).end()],
  ['closes the connection', 'reset', (response) => response.socket?.resetAndDestroy()],
  [
    'hands out expired credentials',
    'expired',
    (response) => {
      const Expiration = new Date(Date.now() - 1000).toISOString();
      response.end(JSON.stringify({ AccessKeyId: 'x', SecretAccessKey: 'x', Token: 'x', Expiration }));
    },
  ],
];

for (const [name, reason, fault] of FAULTS) {
  test(`an endpoint that ${name} from the start: one warning, then recovery`, async (t) => {
    const { clock, credentials, receiver, log, intervals, accepted, events, metrics } = await start(t, { fault });
    await intervals(5);
    assert.equal(receiver.requests.length, 0);
    assert.deepEqual(log(), [`warn aws_credentials_failing ${reason}`, 'warn otlp_export_failing other']);
    // The page is served meanwhile.
    assert.ok((await metrics()).series.length > 0);
    assert.ok(credentials.requests >= 5 && credentials.requests < 20, `${credentials.requests} requests`);
    credentials.fault = undefined;
    await accepted(2);
    await clock.settled();
    assert.deepEqual(receiver.rejections, []);
    assert.deepEqual(log().slice(2), ['info aws_credentials_recovered', 'info otlp_export_recovered']);
    assert.ok(!JSON.stringify(events()).includes(CREDENTIALS_CANARY));
  });

  test(`an endpoint that ${name} at the refresh: the previous credentials are used until they expire`, async (t) => {
    const { credentials, receiver, log, intervals, accepted, events } = await start(t, {
      lifetimeMs: 10 * EXPORT_MS,
    });
    await accepted(2);
    credentials.fault = fault;
    const before = receiver.accepted.length;
    await intervals(14);
    // The credentials were valid for ten intervals.
    const exported = receiver.accepted.length - before;
    assert.ok(exported >= 7 && exported <= 9, `${exported} exports`);
    assert.deepEqual(receiver.rejections, []);
    assert.deepEqual(log(), [`warn aws_credentials_failing ${reason}`, 'warn otlp_export_failing other']);
    credentials.fault = undefined;
    await accepted(3);
    assert.deepEqual(receiver.rejections, []);
    assert.deepEqual(log().slice(2), ['info aws_credentials_recovered', 'info otlp_export_recovered']);
    assert.ok(!JSON.stringify(events()).includes(CREDENTIALS_CANARY));
  });
}

test('credentials that expire every few seconds: every export has valid ones', async (t) => {
  const { credentials, receiver, log, accepted } = await start(t, { lifetimeMs: 3000 });
  await accepted(10);
  assert.ok(credentials.requests >= 10);
  assert.deepEqual(receiver.rejections, []);
  assert.deepEqual(log(), []);
});

test('a different failure of the endpoint continues the outage', async (t) => {
  const { credentials, log, intervals, accepted } = await start(t, { lifetimeMs: 3000 });
  await accepted(1);
  for (const [, , fault] of FAULTS) {
    credentials.fault = fault;
    await intervals(2);
  }
  credentials.fault = undefined;
  await accepted(1);
  assert.equal(log().filter((line) => line.startsWith('warn aws_credentials_failing')).length, 1);
  assert.equal(log().filter((line) => line === 'info aws_credentials_recovered').length, 1);
});

// Later, the backoffs of the credentials and of the export can leave no retry within the timeout.
test('an outage that ends before the first retry loses no export', async (t) => {
  const { clock, credentials, receiver, log, accepted } = await start(t, {
    fault: (response) => response.writeHead(503).end(),
  });
  await clock.until('a request that fails', () => credentials.requests > 0 || undefined);
  await clock.settled();
  credentials.fault = undefined;
  await accepted(1);
  assert.deepEqual(receiver.rejections, []);
  assert.deepEqual(log(), ['warn aws_credentials_failing server_error', 'info aws_credentials_recovered']);
});

test('a rejection with a date after the expiration of all credentials does not stop the exports', async (t) => {
  const { credentials, receiver, log, accepted } = await start(t);
  await accepted(1);
  receiver.respond = (response) => {
    receiver.respond = undefined;
    response.writeHead(403, { date: new Date(Date.now() + 10 * HOUR_MS).toUTCString() }).end();
    return true;
  };
  await accepted(2);
  assert.deepEqual(receiver.rejections, []);
  // The warning names the rejection, not its date.
  const failing = log().filter((line) => line.startsWith('warn otlp'));
  assert.deepEqual(failing, ['warn otlp_export_failing client_error']);
  assert.ok(credentials.requests >= 2);
});
