import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns } from '../../../../instrumentation/http/turns.ts';
import { eventually } from '../../../helpers/eventually.ts';

test('clients take turns, each in the order of its own work', async () => {
  const done: string[] = [];
  const turns = createTurns();
  for (const work of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) turns.enter(work.slice(0, 1), () => done.push(work));
  assert.deepEqual(done, [], 'work waits for a later iteration');
  await eventually(() => done.length === 6);
  assert.deepEqual(done, ['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
});

test('work that enters more work lets the event loop go on', async () => {
  const turns = createTurns();
  let taken = 0;
  let isOver = false;
  const work = () => {
    taken += 1;
    if (!isOver) turns.enter('a', work);
  };
  work();
  // A timer fires although the work never ends.
  await new Promise((resolve) => setTimeout(resolve, 1));
  await eventually(() => taken > 20);
  isOver = true;
});
