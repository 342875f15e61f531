import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  amountOf,
  createInvalidValues,
  type InvalidReason,
  type InvalidValues,
  limitOf,
  listOf,
  member,
  objectOf,
  textOf,
} from '../../../src/snapshot/json-values.ts';

type Reader = (value: unknown, invalidValues: InvalidValues) => unknown;
type Case = readonly [value: unknown, expected: unknown, refused?: InvalidReason];

const READERS: Readonly<Record<string, readonly [Reader, readonly Case[]]>> = {
  amountOf: [
    amountOf,
    [
      [0, 0],
      [0.5, 0.5],
      [2 ** 60 - 128, 2 ** 60 - 128],
      [undefined, undefined],
      [null, undefined],
      [2 ** 60, undefined, 'out_of_range'],
      // No limit with 4 KiB pages, with 64 KiB pages, on cgroup v2; an unsigned underflow.
      [2 ** 63 - 4096, undefined, 'out_of_range'],
      [2 ** 63 - 65_536, undefined, 'out_of_range'],
      [2 ** 64, undefined, 'out_of_range'],
      [1.8e19, undefined, 'out_of_range'],
      [-1, undefined, 'negative'],
      [Number.NaN, undefined, 'wrong_type'],
      [Number.POSITIVE_INFINITY, undefined, 'wrong_type'],
      ['12', undefined, 'wrong_type'],
      [true, undefined, 'wrong_type'],
      [[1], undefined, 'wrong_type'],
      [{}, undefined, 'wrong_type'],
    ],
  ],
  limitOf: [
    limitOf,
    [
      [536_870_912, 536_870_912],
      [0, 0],
      [2 ** 63 - 4096, undefined],
      [2 ** 63 - 65_536, undefined],
      [2 ** 64, undefined],
      [2 ** 60, undefined],
      [-1, undefined, 'negative'],
      ['max', undefined, 'wrong_type'],
    ],
  ],
  textOf: [
    textOf,
    [
      ['web', 'web'],
      ['tab\tand\nline', 'tab\tand\nline'],
      ['\u0000a\u001b[31m\r\u007f', '\ufffda\ufffd[31m\ufffd\ufffd'],
      ['lone \ud800 surrogate', 'lone \ufffd surrogate'],
      ['😀', '😀'],
      ['__proto__', '__proto__'],
      ['', undefined],
      [undefined, undefined],
      [null, undefined],
      [1, undefined, 'wrong_type'],
      [['a'], undefined, 'wrong_type'],
      ['x'.repeat(2000), 'x'.repeat(1024)],
      // Truncated within a surrogate pair, but still well-formed.
      [`${'x'.repeat(1023)}😀`, `${'x'.repeat(1023)}\ufffd`],
    ],
  ],
  objectOf: [
    objectOf,
    [
      [undefined, undefined],
      [null, undefined],
      [[], undefined, 'wrong_type'],
      ['{}', undefined, 'wrong_type'],
      [0, undefined, 'wrong_type'],
    ],
  ],
  listOf: [
    listOf,
    [
      [undefined, undefined],
      [null, undefined],
      [{}, undefined, 'wrong_type'],
      ['[]', undefined, 'wrong_type'],
    ],
  ],
};

for (const [name, [read, cases]] of Object.entries(READERS)) {
  for (const [value, expected, refused] of cases) {
    test(`${name}(${JSON.stringify(value)?.slice(0, 60)})`, () => {
      const invalidValues = createInvalidValues();
      assert.equal(read(value, invalidValues), expected);
      assert.deepEqual([...invalidValues.counts], refused === undefined ? [] : [[refused, 1]]);
    });
  }
}

test('text is truncated to the given length', () => {
  assert.equal(textOf('abcdef', createInvalidValues(), 3), 'abc');
});

test('member returns own properties only', () => {
  const parsed: unknown = JSON.parse('{"__proto__": 1, "a": null}');
  const object = objectOf(parsed, createInvalidValues()) ?? {};
  assert.equal(member(object, '__proto__'), 1);
  assert.equal(member(object, 'a'), null);
  assert.equal(member({}, '__proto__'), undefined);
  assert.equal(member({}, 'toString'), undefined);
  assert.equal(member({}, 'constructor'), undefined);
});

test('invalid values are counted by reason', () => {
  const invalidValues = createInvalidValues();
  for (const reason of ['negative', 'bad_time', 'negative'] as const) invalidValues.add(reason);
  assert.deepEqual(
    [...invalidValues.counts],
    [
      ['negative', 2],
      ['bad_time', 1],
    ],
  );
});
