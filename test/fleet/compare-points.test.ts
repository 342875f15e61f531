import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences } from './compare-points.ts';

const at = (taskId: string, timeNs: bigint, points = 100) => ({ taskId, timeNs, points });
const SENT = [at('a', 1n), at('a', 2n), at('b', 1n)];

test('another order, or exports split into parts, is no difference', () => {
  assert.deepEqual(differences(SENT, [at('b', 1n), at('a', 2n, 30), at('a', 1n), at('a', 2n, 70)]), []);
});

for (const [what, received, difference] of [
  ['is lost', [at('a', 1n), at('b', 1n)], 'task a at 2: 100 points sent, 0 received'],
  ['is there twice', [...SENT, at('b', 1n)], 'task b at 1: 100 points sent, 200 received'],
  ['lacks a point', [at('a', 1n), at('a', 2n, 99), at('b', 1n)], 'task a at 2: 100 points sent, 99 received'],
  ['was never sent', [...SENT, at('c', 1n)], 'task c at 1: 0 points sent, 100 received'],
] as const) {
  test(`a difference: an export that ${what}`, () => assert.deepEqual(differences(SENT, received), [difference]));
}

test('a lost and a duplicate export do not cancel out', () => {
  assert.equal(differences(SENT, [at('a', 1n), at('a', 1n), at('b', 1n)]).length, 2);
});
