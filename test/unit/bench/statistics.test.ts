import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, percentile, ratio, short, slope, spread } from '../../bench/statistics.ts';

const HUNDRED = Array.from({ length: 100 }, (_, index) => 100 - index);

test('a percentile is one of the values, independent of their order', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2);
  assert.equal(percentile(HUNDRED, 0.99), 99);
  assert.equal(percentile([5, 7], 0.99), 7);
  assert.equal(percentile([5], 0), 5);
  assert.equal(percentile([], 0.5), Number.NaN);
});

test('points on a line have the slope of the line', () => {
  const line = [0, 1, 2, 5].map((x) => ({ x, y: 60 - 0.25 * x }));
  assert.equal(slope(line), -0.25);
});

test('points that are not on a line have the least-squares slope', () => {
  // Sums of squares by hand: x = 0, 1, 2, 3 and y = 1, 3, 2, 5 have covariance 5.5 / 4 and variance 5 / 4.
  const points = [1, 3, 2, 5].map((y, x) => ({ x, y }));
  assert.ok(Math.abs(slope(points) - 1.1) < 1e-12);
});

test('a sawtooth without a trend has almost no slope', () => {
  const saw = Array.from({ length: 1_000 }, (_, x) => ({ x, y: 60 + (x % 10) }));
  assert.ok(Math.abs(slope(saw)) < 1e-3);
});

test('a slope needs two different x values', () => {
  assert.equal(slope([]), Number.NaN);
  assert.equal(slope([{ x: 1, y: 1 }]), Number.NaN);
});

test('numbers have no more digits than their noise justifies', () => {
  const shown = [0.03456, 0.1, 1, 1.25, 12, 12.34, 123.4, 0, -0.125, -12.34, Number.NaN, Number.POSITIVE_INFINITY];
  assert.deepEqual(shown.map(short), [
    '0.035',
    '0.1',
    '1',
    '1.3',
    '12',
    '12.3',
    '123',
    '0',
    '-0.13',
    '-12.3',
    '-',
    '-',
  ]);
});

test('a spread is the median and the 99th percentile, and a ratio a multiple', () => {
  assert.equal(spread(HUNDRED), '50 / 99');
  assert.equal(ratio(3, 2), '×1.5');
  assert.equal(ratio(3, 0), '×-');
});
