import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { type TestContext, test } from 'node:test';
import { ExportError } from '../../../../instrumentation/metric-exporter.ts';
import { type Attempt, backoffMs, isRetryableError, withRetries } from '../../../../instrumentation/otlp/retries.ts';
import { eventually } from '../../../helpers/eventually.ts';
import { stopClock } from '../../../helpers/test-clock.ts';

const BACKOFFS: readonly (readonly [retry: number, random: number, ms: number])[] = [
  [0, 0.5, 1000],
  [1, 0.5, 1500],
  [2, 0.5, 2250],
  [3, 0.5, 3375],
  [4, 0.5, 5000],
  [0, 0, 800],
  [0, 1, 1200],
  [4, 0, 4050],
  [4, 1, 5000],
];

for (const [retry, random, ms] of BACKOFFS) {
  test(`backoff before retry ${retry} with jitter ${random}: ${ms} ms`, () => {
    assert.equal(backoffMs(retry, random), ms);
  });
}

const CODES: readonly (readonly [code: string, isRetryable: boolean])[] = [
  ['ECONNRESET', true],
  ['ECONNREFUSED', true],
  ['EPIPE', true],
  ['ETIMEDOUT', true],
  ['EAI_AGAIN', true],
  ['ENOTFOUND', true],
  ['ENETUNREACH', true],
  ['EHOSTUNREACH', true],
  ['CERT_HAS_EXPIRED', false],
  ['EPROTO', false],
  ['HPE_INVALID_CONSTANT', false],
  ['ERR_INVALID_CHAR', false],
];

for (const [code, isRetryable] of CODES) {
  test(`${code} is ${isRetryable ? '' : 'not '}retried`, () => {
    assert.equal(isRetryableError(Object.assign(new Error('failed'), { code })), isRetryable);
  });
}

test('an error without a code, or a value that is not an error, is not retried', () => {
  assert.equal(isRetryableError(new Error('ECONNRESET')), false);
  assert.equal(isRetryableError({ code: 'ECONNRESET' }), false);
});

const UNAVAILABLE: Attempt = { error: new ExportError('server_error', 'HTTP 503'), isRetryable: true };

/** Starts attempts with these results; the last one waits for the abort. */
function startRetries(t: TestContext, results: readonly Attempt[]) {
  const clock = stopClock(t);
  const controller = new AbortController();
  const { signal } = controller;
  let attempts = 0;
  const attempt = async (): Promise<Attempt | undefined> => {
    const result = results[attempts];
    attempts += 1;
    if (result === undefined) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return result;
  };
  const outcome = withRetries(attempt, signal, 60_000);
  const started = (count: number): Promise<void> => eventually(() => attempts === count);
  return { clock, controller, outcome, started };
}

test('an abort during a backoff returns no Retry-After and leaves no timer or listener', async (t) => {
  const { controller, outcome, started } = startRetries(t, [UNAVAILABLE]);
  const { mock } = t.mock.method(globalThis, 'clearTimeout');
  await started(1);
  const { signal } = controller;
  await eventually(() => getEventListeners(signal, 'abort').length === 1);
  controller.abort();
  assert.deepEqual(await outcome, { error: UNAVAILABLE.error, retryAfterMs: 0 });
  assert.equal(mock.callCount(), 1);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('a backoff that ends leaves no listener', async (t) => {
  const { clock, controller, outcome, started } = startRetries(t, [UNAVAILABLE, { isRetryable: false }]);
  await started(1);
  await eventually(() => getEventListeners(controller.signal, 'abort').length === 1);
  clock.pass(5000);
  assert.deepEqual(await outcome, {});
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

test('an abort after the requested wait returns no Retry-After', async (t) => {
  const { clock, controller, outcome, started } = startRetries(t, [{ ...UNAVAILABLE, retryAfterMs: 1000 }]);
  await started(1);
  await eventually(() => getEventListeners(controller.signal, 'abort').length === 1);
  clock.pass(1000);
  await started(2);
  clock.pass(5000);
  controller.abort();
  assert.deepEqual(await outcome, { error: UNAVAILABLE.error, retryAfterMs: 0 });
});
