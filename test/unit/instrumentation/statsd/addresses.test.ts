import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createResolver } from '../../../../instrumentation/statsd/datagram-addresses.ts';

type Answer = PromiseWithResolvers<readonly LookupAddress[]>;

/** A resolver whose clock and whose name server are in the test's hand. */
function resolving() {
  const questions: Answer[] = [];
  const clock = { nowMs: 0 };
  const resolve = createResolver('agent.test', {
    lookUp: () => {
      const answer: Answer = Promise.withResolvers();
      questions.push(answer);
      return answer.promise;
    },
    nowMs: () => clock.nowMs,
  });
  return { resolve: (signal = new AbortController().signal) => resolve(signal), questions, clock };
}

const at = (address: string): readonly LookupAddress[] => [{ address, family: 4 }];

test('asked once a minute; what changed is known an export later', async () => {
  const { resolve, questions, clock } = resolving();
  const first = resolve();
  const meanwhile = resolve();
  questions[0]?.resolve(at('192.0.2.1'));
  assert.deepEqual(await Promise.all([first, meanwhile]), [at('192.0.2.1'), at('192.0.2.1')]);
  clock.nowMs = 60_000;
  assert.deepEqual(await resolve(), at('192.0.2.1'));
  assert.equal(questions.length, 1);
  clock.nowMs = 60_001;
  assert.deepEqual(await resolve(), at('192.0.2.1'), 'nobody waits');
  assert.deepEqual(await resolve(), at('192.0.2.1'));
  assert.equal(questions.length, 2);
  questions[1]?.resolve(at('192.0.2.2'));
  await turn();
  assert.deepEqual(await resolve(), at('192.0.2.2'));
});

test('no answer: an error at first, and what was known later; the next export asks anew', async () => {
  const { resolve, questions, clock } = resolving();
  const first = resolve();
  questions[0]?.reject(new Error('no such name'));
  await assert.rejects(first, /no such name/);
  const second = resolve();
  questions[1]?.resolve(at('192.0.2.1'));
  assert.deepEqual(await second, at('192.0.2.1'));
  clock.nowMs = 100_000;
  await resolve();
  questions[2]?.reject(new Error('no such name'));
  await turn();
  assert.deepEqual(await resolve(), at('192.0.2.1'));
  assert.equal(questions.length, 4);
});

test('a name server that does not answer is waited for only as long as the export may take, and asked once', async () => {
  const { resolve, questions } = resolving();
  const abortion = new AbortController();
  const first = resolve(abortion.signal);
  abortion.abort(new Error('cut off'));
  await assert.rejects(first, /cut off/);
  const second = resolve();
  assert.equal(questions.length, 1);
  questions[0]?.resolve(at('192.0.2.1'));
  assert.deepEqual(await second, at('192.0.2.1'));
});

test('real ones: addresses stay what they are, IPv4 comes first', async () => {
  const { signal } = new AbortController();
  assert.deepEqual(await createResolver('192.0.2.7')(signal), [{ address: '192.0.2.7', family: 4 }]);
  assert.deepEqual(await createResolver('2001:db8::1')(signal), [{ address: '2001:db8::1', family: 6 }]);
  assert.equal((await createResolver('localhost')(signal))[0]?.address, '127.0.0.1');
});
