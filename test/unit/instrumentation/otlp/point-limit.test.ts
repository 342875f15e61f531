import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPointLimit } from '../../../../instrumentation/otlp/point-limit.ts';
import { stopClock } from '../../../helpers/test-clock.ts';

const HOUR_MS = 3_600_000;

test('a rejected request halves the limit, down to 1', () => {
  const limit = createPointLimit(1000);
  const sizes = Array.from({ length: 12 }, () => {
    limit.reduce(limit.current());
    return limit.current();
  });
  assert.deepEqual(sizes, [500, 250, 125, 62, 31, 15, 7, 3, 1, 1, 1, 1]);
});

test('without a configured limit, the size of the rejected request is halved', () => {
  const limit = createPointLimit(Number.POSITIVE_INFINITY);
  assert.equal(limit.current(), Number.POSITIVE_INFINITY);
  limit.reduce(301);
  assert.equal(limit.current(), 150);
});

test('several rejected requests of the same size halve the limit once', () => {
  const limit = createPointLimit(1000);
  for (const points of [1000, 1000, 1000]) limit.reduce(points);
  assert.equal(limit.current(), 500);
  limit.reduce(200);
  assert.equal(limit.current(), 100);
});

test('after each hour without a rejection the limit doubles, up to the configured one', (t) => {
  const clock = stopClock(t);
  const limit = createPointLimit(1000);
  limit.reduce(600);
  clock.pass(HOUR_MS - 1);
  assert.equal(limit.current(), 300);
  clock.pass(1);
  assert.equal(limit.current(), 600);
  assert.equal(limit.current(), 600);
  clock.pass(HOUR_MS);
  assert.equal(limit.current(), 1000);
  clock.pass(HOUR_MS);
  assert.equal(limit.current(), 1000);
});
