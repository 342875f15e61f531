import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHistory } from '../../../src/status/history.ts';

const MINUTE_MS = 60_000;

const series = (...entries: readonly (readonly [string, number | undefined])[]) =>
  new Map(entries.map(([key, value]) => [key, [value]] as const));

test('values of 15 minutes, the oldest first', () => {
  const history = createHistory(15_000, 1);
  for (let at = 0; at <= 100; at += 1) history.push(at * 15_000, series(['web', at]));
  const [values = []] = history.of('web', 100 * 15_000) ?? [];
  assert.equal(values.length, 61);
  assert.deepEqual([values[0], values[60]], [40, 100]);
  const ages = history.secondsAgo(100 * 15_000);
  assert.deepEqual([ages[0], ages[59], ages[60]], [900, 15, 0]);
});

test('with a short interval a slot keeps the last value of 5 s', () => {
  const history = createHistory(1000, 1);
  for (let at = 0; at <= 12; at += 1) history.push(at * 1000, series(['web', at]));
  assert.deepEqual(history.of('web', 12_000), [[4, 9, 12]]);
  assert.deepEqual(history.secondsAgo(12_000), [8, 3, 0]);
});

test('at most 181 slots, regardless of the interval', () => {
  const history = createHistory(1000, 1);
  for (let at = 0; at <= 2000; at += 1) history.push(at * 1000, series(['web', at]));
  assert.ok((history.of('web', 2_000_000)?.[0]?.length ?? 0) <= 181);
});

test('a timer that fires early still begins a new slot', () => {
  const history = createHistory(15_000, 1);
  for (const [at, ms] of [0, 14_990, 29_985, 44_970].entries()) history.push(ms, series(['web', at]));
  assert.deepEqual(history.of('web', 45_000), [[0, 1, 2, 3]]);
});

test('missing values are null, as is the time before a container started', () => {
  const history = createHistory(15_000, 1);
  history.push(0, series(['web', 1]));
  history.push(15_000, series(['web', undefined], ['worker', 2]));
  assert.deepEqual(history.of('web', 15_000), [[1, null]]);
  assert.deepEqual(history.of('worker', 15_000), [[null, 2]]);
});

test('a removed container loses its history, even if it returns', () => {
  const history = createHistory(15_000, 1);
  history.push(0, series(['web', 1]));
  history.push(15_000, series());
  assert.equal(history.of('web', 15_000), undefined);
  history.push(30_000, series(['web', 3]));
  assert.deepEqual(history.of('web', 30_000), [[null, null, 3]]);
});

test('values expire while polls are missing', () => {
  const history = createHistory(15_000, 1);
  history.push(0, series(['web', 1]));
  assert.deepEqual(history.of('web', 16 * MINUTE_MS), [[]]);
  history.push(20 * MINUTE_MS, series(['web', 2]));
  assert.deepEqual(history.of('web', 20 * MINUTE_MS), [[2]]);
});

test('an interval above 15 minutes keeps one value', () => {
  const history = createHistory(3_600_000, 1);
  history.push(0, series(['web', 1]));
  history.push(3_600_000, series(['web', 2]));
  assert.deepEqual(history.of('web', 3_600_000), [[2]]);
});
