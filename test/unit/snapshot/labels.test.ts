import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInvalidValues, type IsWanted, parseLabels } from '../../../src/snapshot/json-values.ts';

const all: IsWanted = () => true;

function labelsOf(value: unknown, isWanted = all, invalidValues = createInvalidValues()) {
  const labels = parseLabels(value, isWanted, invalidValues);
  return labels === undefined ? undefined : [...labels];
}

type Case = readonly [what: string, value: unknown, labels: readonly (readonly [string, string])[] | undefined];

const CASES: readonly Case[] = [
  ['none', undefined, undefined],
  ['null', null, undefined],
  ['empty', {}, undefined],
  [
    'sorted by key',
    { b: '2', a: '1' },
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  ['empty keys and values are dropped', { a: '', '': 'x' }, undefined],
  [
    'names of members of Object',
    JSON.parse('{"__proto__":"x","constructor":"y"}'),
    [
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ],
  ],
  ['control characters and lone surrogates', { 'a\nb\u0000': 'x\u0007\ud800' }, [['a\nb\ufffd', 'x\ufffd\ufffd']]],
  ['long values are truncated', { a: 'x'.repeat(2000) }, [['a', 'x'.repeat(1024)]]],
  ['long keys are truncated', { ['k'.repeat(300)]: 'x' }, [['k'.repeat(255), 'x']]],
];

for (const [what, value, labels] of CASES) {
  test(`labels: ${what}`, () => {
    const invalidValues = createInvalidValues();
    assert.deepEqual(labelsOf(value, all, invalidValues), labels);
    assert.equal(invalidValues.counts.size, 0);
  });
}

test('only selected keys are kept, and count against the limit', () => {
  const labels = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`other-${at}`, 'x']));
  assert.deepEqual(
    labelsOf({ ...labels, team: 'core' }, (key) => key === 'team'),
    [['team', 'core']],
  );
});

test('the number of labels is bounded', () => {
  const invalidValues = createInvalidValues();
  const labels = Object.fromEntries(Array.from({ length: 70 }, (_, at) => [`k${String(at).padStart(2, '0')}`, 'x']));
  const kept = parseLabels(labels, all, invalidValues);
  assert.equal(kept?.size, 64);
  assert.ok(kept.has('k63') && !kept.has('k64'));
  assert.deepEqual([...invalidValues.counts], [['too_many', 6]]);
});

test('the number of keys that are read is bounded, wanted or not', () => {
  const invalidValues = createInvalidValues();
  const labels = Object.fromEntries(Array.from({ length: 1005 }, (_, at) => [`k${at}`, 'x']));
  assert.deepEqual(
    labelsOf(labels, (key) => key === 'k999' || key === 'k1000', invalidValues),
    [['k999', 'x']],
  );
  assert.deepEqual([...invalidValues.counts], [['too_many', 5]]);
});

test('of keys that are equal after truncation, the first is kept', () => {
  const invalidValues = createInvalidValues();
  const long = 'k'.repeat(255);
  assert.deepEqual(labelsOf({ [`${long}a`]: '1', [`${long}b`]: '2' }, all, invalidValues), [[long, '1']]);
  assert.deepEqual([...invalidValues.counts], [['duplicate_name', 1]]);
});

test('values other than objects and strings are invalid', () => {
  const invalidValues = createInvalidValues();
  assert.equal(labelsOf(['a'], all, invalidValues), undefined);
  assert.deepEqual(labelsOf({ a: 5, b: 'x', c: null }, all, invalidValues), [['b', 'x']]);
  assert.deepEqual([...invalidValues.counts], [['wrong_type', 2]]);
});
