import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInvalidValues, type InvalidReason } from '../../../src/snapshot/json-values.ts';
import type { PidStats } from '../../../src/snapshot/snapshot.ts';
import { parsePids } from '../../../src/snapshot/stats-document.ts';

type Case = readonly [what: string, document: unknown, expected: PidStats | undefined, refused?: InvalidReason];

const CASES: readonly Case[] = [
  ['missing', undefined, undefined],
  ['empty: Fargate, Managed Instances, Windows', {}, undefined],
  ['cgroup v1 without a limit', { current: 3 }, { current: 3 }],
  ['cgroup v1 with a limit of 0', { current: 3, limit: 0 }, { current: 3 }],
  ['cgroup v2 without a limit', { current: 3, limit: 2 ** 64 }, { current: 3 }],
  ['a limit', { current: 1, limit: 4618 }, { current: 1, limit: 4618 }],
  ['a limit only', { limit: 10 }, { limit: 10 }],
  ['not an object', [], undefined, 'wrong_type'],
  ['an invalid number affects only itself', { current: -1, limit: 10 }, { limit: 10 }, 'negative'],
  ['a sentinel is invalid as a number of processes', { current: 2 ** 64 }, undefined, 'out_of_range'],
];

for (const [what, document, expected, refused] of CASES) {
  test(`pids_stats: ${what}`, () => {
    const invalidValues = createInvalidValues();
    const pids = parsePids(document, invalidValues);
    assert.deepEqual(pids, expected && { current: undefined, limit: undefined, ...expected });
    assert.deepEqual([...invalidValues.counts], refused === undefined ? [] : [[refused, 1]]);
  });
}
