import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns } from '../../../instrumentation/readers/turns.ts';

test('one after the other, in the order of asking, and after one that failed', async () => {
  const turns = createTurns();
  const events: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = turns(async () => {
    events.push('first begins');
    await gate.promise;
    events.push('first ends');
    throw new Error('no luck');
  });
  const second = turns(async () => {
    events.push('second');
    return 2;
  });
  const third = turns(async () => events.push('third'));
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual(events, ['first begins']);
  gate.resolve();
  await assert.rejects(first, { message: 'no luck' });
  assert.equal(await second, 2);
  await third;
  assert.deepEqual(events, ['first begins', 'first ends', 'second', 'third']);
});
