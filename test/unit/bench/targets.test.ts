import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, TARGETS, verdictLine } from '../../bench/targets.ts';

test('a target is met up to its limit, tolerated up to its tolerance, and missed above', () => {
  const verdicts = [60, 60.1, 66, 66.1].map((value) => judge(new Map([['pull rss', value]]))[0]);
  assert.deepEqual(
    verdicts.map((verdict) => [verdict?.isMet, verdict?.isTolerable]),
    [
      [true, true],
      [false, true],
      [false, true],
      [false, false],
    ],
  );
});

test('a yes/no target has no tolerance', () => {
  const [requests, failures] = judge(new Map([['crowd requests', 1] as const, ['crowd failures', 0] as const]));
  assert.equal(requests?.isTolerable, false);
  assert.equal(failures?.isMet, true);
});

test('a target without a number is missed', () => {
  assert.deepEqual(judge(new Map([['start', Number.NaN]])), [
    { name: 'start', value: Number.NaN, isMet: false, isTolerable: false },
  ]);
});

test('only measured targets have a verdict, in the order of the targets', () => {
  const measured = new Map([['soak slope', 0.5] as const, ['start', 100] as const]);
  assert.deepEqual(
    judge(measured).map(({ name }) => name),
    ['start', 'soak slope'],
  );
});

test('a verdict shows the target, the measured value and a mark', () => {
  const lineOf = (value: number): readonly string[] => judge(new Map([['warm p50 of 10', value]])).flatMap(verdictLine);
  const shown = ['scrape of the same sample, p50', '10', '≤ 0.5 ms'];
  assert.deepEqual(lineOf(0.25), [...shown, '0.25 ms', '✓']);
  assert.deepEqual(lineOf(0.6), [...shown, '0.6 ms', '✗ within tolerance']);
  assert.deepEqual(lineOf(2), [...shown, '2 ms', '✗ missed']);
});

test('target descriptions are unique', () => {
  const told = Object.values(TARGETS).map((target) =>
    JSON.stringify([target.what, 'containers' in target && target.containers]),
  );
  const repeated = told.filter((each, index) => told.indexOf(each) !== index);
  assert.deepEqual(repeated, []);
});
