import assert from 'node:assert/strict';
import { test } from 'node:test';
import { increase, round4 } from '../../../src/metrics/arithmetic.ts';

/** Value and the result of Python 3's `round(value, 4)`. */
const ROUNDED: readonly (readonly [value: number, expected: number])[] = [
  [0, 0],
  // Exact ties round to the even digit.
  [0.03125, 0.0312],
  [0.09375, 0.0938],
  [0.15625, 0.1562],
  [0.21875, 0.2188],
  [0.96875, 0.9688],
  [1.03125, 1.0312],
  [1.09375, 1.0938],
  [2.03125, 2.0312],
  [100.09375, 100.0938],
  [1234.53125, 1234.5312],
  [123456789012.03125, 123456789012.0312],
  // Ties in decimal only: the double is not exactly between two values.
  [1.00015, 1.0002],
  [1.00025, 1.0003],
  [0.00005, 0.0001],
  [0.00015, 0.0001],
  [0.00025, 0.0003],
  [0.12345, 0.1235],
  [0.12355, 0.1235],
  [0.99995, 1],
  [1.99995, 1.9999],
  [12345.67895, 12345.6789],
  // Other values.
  [0.00004999, 0],
  [0.000030517578125, 0],
  [0.999949999, 0.9999],
  [1 / 3, 0.3333],
  [2 / 3, 0.6667],
  [0.1 + 0.2, 0.3],
  [4.35, 4.35],
  [Number.MIN_VALUE, 0],
  [1e15 + 0.3, 1e15 + 0.3],
  [1e21, 1e21],
];

for (const [value, expected] of ROUNDED) {
  test(`${value} is rounded to ${expected}`, () => assert.equal(round4(value), expected));
}

const GROWTH: readonly (readonly [from: number | undefined, to: number | undefined, expected: number | undefined])[] = [
  [1, 3, 2],
  [0, 5, 5],
  [5, 5, 0],
  [5, 4, undefined],
  [undefined, 4, undefined],
  [4, undefined, undefined],
];

for (const [from, to, expected] of GROWTH) {
  test(`increase from ${from} to ${to}`, () => assert.equal(increase(from, to), expected));
}
