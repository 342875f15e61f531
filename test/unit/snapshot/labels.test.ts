import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInvalidValues, type IsWanted, parseLabels } from '../../../src/snapshot/values.ts';

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
    'sorted by key, whatever the order',
    { b: '2', a: '1' },
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  ['an empty value is none, and so is an empty key', { a: '', '': 'x' }, undefined],
  [
    'names of an object’s own',
    JSON.parse('{"__proto__":"x","constructor":"y"}'),
    [
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ],
  ],
  ['text that would break a page', { 'a\nb\u0000': 'x\u0007\ud800' }, [['a\nb\ufffd', 'x\ufffd\ufffd']]],
  ['long values are cut', { a: 'x'.repeat(2000) }, [['a', 'x'.repeat(1024)]]],
  ['long keys are cut', { ['k'.repeat(300)]: 'x' }, [['k'.repeat(255), 'x']]],
];

for (const [what, value, labels] of CASES) {
  test(`labels: ${what}`, () => {
    const invalidValues = createInvalidValues();
    assert.deepEqual(labelsOf(value, all, invalidValues), labels);
    assert.equal(invalidValues.counts.size, 0);
  });
}

test('only what was asked for is kept, and counted against the bound', () => {
  const labels = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`other-${at}`, 'x']));
  assert.deepEqual(
    labelsOf({ ...labels, team: 'core' }, (key) => key === 'team'),
    [['team', 'core']],
  );
});

test('there is an end to labels', () => {
  const invalidValues = createInvalidValues();
  const labels = Object.fromEntries(Array.from({ length: 70 }, (_, at) => [`k${String(at).padStart(2, '0')}`, 'x']));
  const kept = parseLabels(labels, all, invalidValues);
  assert.equal(kept?.size, 64);
  assert.ok(kept.has('k63') && !kept.has('k64'));
  assert.deepEqual([...invalidValues.counts], [['too_many', 6]]);
});

test('keys that are one after they were cut: the first', () => {
  const invalidValues = createInvalidValues();
  const long = 'k'.repeat(255);
  assert.deepEqual(labelsOf({ [`${long}a`]: '1', [`${long}b`]: '2' }, all, invalidValues), [[long, '1']]);
  assert.deepEqual([...invalidValues.counts], [['duplicate_name', 1]]);
});

test('what is no object, or no text, is refused', () => {
  const invalidValues = createInvalidValues();
  assert.equal(labelsOf(['a'], all, invalidValues), undefined);
  assert.deepEqual(labelsOf({ a: 5, b: 'x', c: null }, all, invalidValues), [['b', 'x']]);
  assert.deepEqual([...invalidValues.counts], [['wrong_type', 2]]);
});
