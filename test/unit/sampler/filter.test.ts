import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAllowList, createFilter } from '../../../src/sampler/filter.ts';
import { globsOf } from '../../helpers/config.ts';

const NAMES = ['web', 'web-2', 'worker', 'ecs-container-exporter', '~internal~ecs~pause'];

type Case = readonly [include: readonly string[], exclude: readonly string[], selected: readonly string[]];

const CASES: readonly Case[] = [
  [[], [], NAMES],
  [['web'], [], ['web']],
  [['w*'], [], ['web', 'web-2', 'worker']],
  [['web*', 'worker'], ['web'], ['web-2', 'worker']],
  [['web'], ['web'], []],
  [['*'], ['*'], []],
  [[], ['ecs-container-exporter', '~internal~ecs~pause'], ['web', 'web-2', 'worker']],
  [['web-[0-9]', '?eb'], [], ['web', 'web-2']],
  [['nothing'], [], []],
  // Patterns match the whole name, case-sensitively.
  [['eb', 'WEB'], [], []],
];

for (const [include, exclude, selected] of CASES) {
  test(`include ${JSON.stringify(include)}, exclude ${JSON.stringify(exclude)}`, () => {
    const { isSelected } = createFilter(globsOf(...include), globsOf(...exclude));
    assert.deepEqual(NAMES.filter(isSelected), selected);
  });
}

test('unmatched returns include and exclude patterns that match nothing', () => {
  const filter = createFilter(globsOf('web*', 'wob'), globsOf('~*', 'x?'));
  assert.deepEqual(filter.unmatched(NAMES), ['wob', 'x?']);
  assert.deepEqual(filter.unmatched([]), ['web*', 'wob', '~*', 'x?']);
  assert.deepEqual(createFilter([], []).unmatched([]), []);
});

test('an allow-list allows only names that match', () => {
  const keys = ['team', 'com.example.a', 'com.example', 'Team'];
  assert.deepEqual(keys.filter(createAllowList([])), []);
  assert.deepEqual(keys.filter(createAllowList(globsOf('team', 'com.example.*'))), ['team', 'com.example.a']);
  assert.deepEqual(keys.filter(createAllowList(globsOf('*'))), keys);
});
