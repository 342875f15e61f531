/** Corrections of the clock by the dates of rejections. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AuthorizationError } from '../../../instrumentation/otlp/authorizer.ts';
import type { HttpResponse } from '../../../instrumentation/otlp/transport.ts';
import { createSigV4Authorizer } from '../../../src/aws/sigv4-authorizer.ts';
import { stopClock } from '../../helpers/test-clock.ts';

const HOUR_MS = 3_600_000;
const POST = { url: new URL('https://example.com/v1/metrics'), headers: {}, body: Buffer.from('body') };

/** A signer whose credentials can be valid until a time. */
function start(t: TestContext) {
  const clock = stopClock(t);
  const state = { expiresAtMs: Number.POSITIVE_INFINITY };
  const authorizer = createSigV4Authorizer({ region: 'eu-west-1', service: 'monitoring' }, async (nowMs) => {
    if (nowMs >= state.expiresAtMs) throw new AuthorizationError('expired');
    return { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  });
  const response = (status: number, aheadMs: number): HttpResponse => ({
    status,
    statusText: '',
    retryAfterMs: 0,
    date: new Date(Date.now() + aheadMs).toUTCString(),
    body: Buffer.alloc(0),
  });
  return {
    clock,
    state,
    rejected: (aheadMs: number) => authorizer.shouldRepeat(response(403, aheadMs)),
    accepted: () => authorizer.shouldRepeat(response(200, 0)),
    /** By how many hours the date of a signature differs from the clock. */
    signedAhead: async (): Promise<number> => {
      const { headers } = await authorizer.authorize(POST);
      const date = headers['x-amz-date'] ?? '';
      const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:');
      return (Date.parse(iso) - Math.floor(Date.now() / 1000) * 1000) / HOUR_MS;
    },
  };
}

test('a date by which no credentials are valid is dropped', async (t) => {
  const { state, rejected, signedAhead } = start(t);
  assert.equal(await signedAhead(), 0);
  state.expiresAtMs = Date.now() + 6 * HOUR_MS;
  assert.equal(rejected(10 * HOUR_MS), true);
  await assert.rejects(signedAhead(), AuthorizationError);
  assert.equal(await signedAhead(), 0);
});

test('a date with which a request was accepted is kept while no credentials are valid', async (t) => {
  const { state, rejected, accepted, signedAhead } = start(t);
  rejected(-5 * HOUR_MS);
  assert.equal(await signedAhead(), -5);
  assert.equal(accepted(), false);
  state.expiresAtMs = 0;
  await assert.rejects(signedAhead(), AuthorizationError);
  state.expiresAtMs = Number.POSITIVE_INFINITY;
  assert.equal(await signedAhead(), -5);
});

test('a date after the last one that can be signed is dropped', async (t) => {
  const { clock, rejected, signedAhead } = start(t);
  assert.equal(rejected(8.64e15 - Date.now()), true);
  clock.pass(1000);
  await assert.rejects(signedAhead(), RangeError);
  assert.equal(await signedAhead(), 0);
});
