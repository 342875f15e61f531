/** When credentials are read, kept and dropped. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AuthorizationError } from '../../../instrumentation/otlp/authorizer.ts';
import type { ReadCredentials } from '../../../src/aws/credentials-endpoint.ts';
import { CredentialsError } from '../../../src/aws/credentials-error.ts';
import { createCredentialsProvider } from '../../../src/aws/credentials-provider.ts';
import { createTransitions } from '../../../src/log/transitions.ts';
import { recordingLogger } from '../../helpers/recording-logger.ts';
import { stopClock } from '../../helpers/test-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A provider whose endpoint hands out numbered keys with this lifetime; undefined: no expiration. */
function start(t: TestContext, lifetimeMs: number | undefined) {
  const clock = stopClock(t);
  const logger = recordingLogger();
  const state = { lifetimeMs, reads: 0, failure: undefined as CredentialsError | undefined, isHanging: false };
  let finish = (): void => {};
  const read: ReadCredentials = async () => {
    state.reads += 1;
    const { reads } = state;
    if (state.isHanging) await new Promise<void>((resolve) => (finish = resolve));
    if (state.failure !== undefined) throw state.failure;
    const Expiration = state.lifetimeMs === undefined ? null : new Date(Date.now() + state.lifetimeMs).toISOString();
    return Buffer.from(JSON.stringify({ AccessKeyId: `key-${reads}`, SecretAccessKey: 's', Token: 't', Expiration }));
  };
  const source = { endpoint: { url: new URL('http://169.254.170.2/x') } };
  const provide = createCredentialsProvider(source, createTransitions({ logger }), read);
  const key = async (): Promise<string> => {
    try {
      return (await provide(Date.now())).accessKeyId;
    } catch (error) {
      assert.ok(error instanceof AuthorizationError, String(error));
      return error.message;
    }
  };
  const events = (): readonly string[] =>
    logger.events.map(({ level, event, fields }) => [level, event, fields['reason']].filter(Boolean).join(' '));
  return { clock, state, key, events, finish: () => finish() };
}

const DOWN = new CredentialsError('server_error', 'the endpoint returned 500');

test('access keys are constant', async () => {
  const keys = { accessKeyId: 'a', secretAccessKey: 'b' };
  const provide = createCredentialsProvider({ keys }, createTransitions({ logger: recordingLogger() }));
  assert.equal(await provide(0), keys);
});

test('credentials are read at the first use, and refreshed five minutes before they expire', async (t) => {
  const { clock, state, key, events } = start(t, 6 * HOUR);
  assert.equal(state.reads, 0);
  assert.equal(await key(), 'key-1');
  clock.pass(6 * HOUR - 5 * MINUTE - 1);
  assert.equal(await key(), 'key-1');
  clock.pass(1);
  // The refresh does not delay this request.
  assert.equal(await key(), 'key-1');
  assert.equal(state.reads, 2);
  assert.equal(await key(), 'key-2');
  assert.equal(state.reads, 2);
  assert.deepEqual(events(), []);
});

test('several requests at the same time share one refresh', async (t) => {
  const { state, key } = start(t, HOUR);
  assert.deepEqual(await Promise.all([key(), key(), key()]), ['key-1', 'key-1', 'key-1']);
  assert.equal(state.reads, 1);
});

test('the previous credentials are used until they expire while the refresh fails: one warning, one recovery', async (t) => {
  const { clock, state, key, events } = start(t, HOUR);
  await key();
  state.failure = DOWN;
  clock.pass(55 * MINUTE);
  for (let minute = 0; minute < 5; minute += 1) {
    assert.equal(await key(), 'key-1');
    clock.pass(MINUTE);
  }
  assert.equal(await key(), 'no valid AWS credentials: the endpoint returned 500');
  state.failure = new CredentialsError('timeout', 'no response');
  clock.pass(MINUTE);
  assert.equal(await key(), 'no valid AWS credentials: no response');
  state.failure = undefined;
  clock.pass(MINUTE);
  assert.match(await key(), /^key-/);
  assert.deepEqual(events(), ['warn aws_credentials_failing server_error', 'info aws_credentials_recovered']);
});

test('short-lived credentials: never expired ones, and a refresh at half of the lifetime', async (t) => {
  const { clock, state, key, events } = start(t, 4000);
  const seen = new Set<string>();
  for (let second = 0; second < 20; second += 1) {
    seen.add(await key());
    clock.pass(1000);
  }
  assert.equal(seen.size, 10);
  assert.equal(state.reads, 10);
  clock.pass(HOUR);
  assert.equal(await key(), 'key-11');
  assert.deepEqual(events(), []);
});

test('an endpoint that returns the same credentials until shortly before they expire gets few requests', async (t) => {
  const { clock, state, key } = start(t, 10 * MINUTE);
  await key();
  const endMs = Date.now() + 10 * MINUTE;
  for (let step = 0; step < 600; step += 1) {
    state.lifetimeMs = endMs - Date.now();
    await key();
    await new Promise(setImmediate);
    clock.pass(999);
  }
  assert.ok(state.reads < 20, `${state.reads} reads`);
});

test('a failed refresh is retried after 1 s, 2 s, 4 s and so on, up to 30 s', async (t) => {
  const { clock, state, key } = start(t, HOUR);
  state.failure = DOWN;
  const times: number[] = [];
  for (let ms = 0; ms < 200_000; ms += 100) {
    const before = state.reads;
    await key();
    if (state.reads > before) times.push(clock.elapsedMs);
    clock.pass(100);
  }
  assert.deepEqual(times, [0, 1000, 3000, 7000, 15_000, 31_000, 61_000, 91_000, 121_000, 151_000, 181_000]);
});

test('a refresh that hangs does not delay requests while the credentials are valid for another 10 s', async (t) => {
  const { clock, state, key, finish } = start(t, HOUR);
  await key();
  state.isHanging = true;
  clock.pass(HOUR - 11_000);
  assert.equal(await key(), 'key-1');
  clock.pass(2000);
  const waiting = key();
  finish();
  assert.equal(await waiting, 'key-2');
});

test('credentials that expire while the refresh hangs are not used', async (t) => {
  const { clock, state, key, finish } = start(t, HOUR);
  await key();
  state.isHanging = true;
  state.failure = DOWN;
  clock.pass(HOUR - 1000);
  const waiting = key();
  clock.pass(1000);
  finish();
  assert.equal(await waiting, 'no valid AWS credentials: the endpoint returned 500');
});

test('a response with expired credentials is a failure', async (t) => {
  const { clock, state, key, events } = start(t, -1000);
  assert.match(await key(), /returned expired credentials; check the clock of the host$/);
  state.lifetimeMs = HOUR;
  clock.pass(1000);
  assert.equal(await key(), 'key-2');
  assert.deepEqual(events(), ['warn aws_credentials_failing expired', 'info aws_credentials_recovered']);
});

test('without an expiration, credentials are refreshed every 15 minutes and never expire', async (t) => {
  const { clock, state, key } = start(t, undefined);
  assert.equal(await key(), 'key-1');
  clock.pass(15 * MINUTE - 1);
  assert.equal(await key(), 'key-1');
  assert.equal(state.reads, 1);
  state.failure = DOWN;
  clock.pass(24 * HOUR);
  assert.equal(await key(), 'key-1');
  assert.equal(state.reads, 2);
});

test('a wall clock that is set does not prevent a refresh', async (t) => {
  const { clock, key } = start(t, HOUR);
  assert.equal(await key(), 'key-1');
  clock.setWallClock(2 * HOUR);
  assert.equal(await key(), 'key-2');
  clock.setWallClock(-3 * HOUR);
  assert.equal(await key(), 'key-2');
});
