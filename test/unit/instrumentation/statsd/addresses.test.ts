import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createResolver } from '../../../../instrumentation/statsd/datagram-addresses.ts';

type Answer = PromiseWithResolvers<readonly LookupAddress[]>;

/** Creates a resolver with a clock and lookups that the test controls. */
function createTestResolver() {
  const lookups: Answer[] = [];
  const clock = { nowMs: 0 };
  const resolve = createResolver('agent.test', {
    lookUp: () => {
      const answer: Answer = Promise.withResolvers();
      lookups.push(answer);
      return answer.promise;
    },
    nowMs: () => clock.nowMs,
  });
  return { resolve: (signal = new AbortController().signal) => resolve(signal), lookups, clock };
}

const at = (address: string): readonly LookupAddress[] => [{ address, family: 4 }];

test('looks up once a minute; the export after the lookup uses the new address', async () => {
  const { resolve, lookups, clock } = createTestResolver();
  const first = resolve();
  const meanwhile = resolve();
  lookups[0]?.resolve(at('192.0.2.1'));
  assert.deepEqual(await Promise.all([first, meanwhile]), [at('192.0.2.1'), at('192.0.2.1')]);
  clock.nowMs = 60_000;
  assert.deepEqual(await resolve(), at('192.0.2.1'));
  assert.equal(lookups.length, 1);
  clock.nowMs = 60_001;
  assert.deepEqual(await resolve(), at('192.0.2.1'), 'without waiting');
  assert.deepEqual(await resolve(), at('192.0.2.1'));
  assert.equal(lookups.length, 2);
  lookups[1]?.resolve(at('192.0.2.2'));
  await turn();
  assert.deepEqual(await resolve(), at('192.0.2.2'));
});

test('a failed lookup rejects at first and later keeps the previous addresses; the next export looks up again', async () => {
  const { resolve, lookups, clock } = createTestResolver();
  const first = resolve();
  lookups[0]?.reject(new Error('no such name'));
  await assert.rejects(first, /no such name/);
  const second = resolve();
  lookups[1]?.resolve(at('192.0.2.1'));
  assert.deepEqual(await second, at('192.0.2.1'));
  clock.nowMs = 100_000;
  await resolve();
  lookups[2]?.reject(new Error('no such name'));
  await turn();
  assert.deepEqual(await resolve(), at('192.0.2.1'));
  assert.equal(lookups.length, 4);
});

test('an abort ends the wait for a lookup; the next export joins the same lookup', async () => {
  const { resolve, lookups } = createTestResolver();
  const abortion = new AbortController();
  const first = resolve(abortion.signal);
  abortion.abort(new Error('aborted'));
  await assert.rejects(first, /aborted/);
  const second = resolve();
  assert.equal(lookups.length, 1);
  lookups[0]?.resolve(at('192.0.2.1'));
  assert.deepEqual(await second, at('192.0.2.1'));
});

test('IP addresses resolve to themselves; IPv4 comes first', async () => {
  const { signal } = new AbortController();
  assert.deepEqual(await createResolver('192.0.2.7')(signal), [{ address: '192.0.2.7', family: 4 }]);
  assert.deepEqual(await createResolver('2001:db8::1')(signal), [{ address: '2001:db8::1', family: 6 }]);
  assert.equal((await createResolver('localhost')(signal))[0]?.address, '127.0.0.1');
});
