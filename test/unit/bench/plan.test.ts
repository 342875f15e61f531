import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PARTS, readPlan } from '../../bench/plan.ts';

test('everything is measured by default, without a verdict', () => {
  const plan = readPlan([]);
  assert.deepEqual(plan.parts, PARTS);
  assert.equal(plan.isChecked, false);
  assert.equal(plan.file, undefined);
  assert.equal(plan.nodeFlags, undefined);
});

test('a quick run omits the peers and measurements that take minutes', () => {
  const plan = readPlan(['--quick']);
  assert.ok(!plan.parts.includes('peers') && !plan.parts.includes('usual'));
  assert.deepEqual(plan.sizes, [2, 10]);
});

test('a soak is measured alone, with a number of polls or without', () => {
  for (const [args, polls] of [
    [['--soak'], 100_000],
    [['--soak', '--check'], 100_000],
    [['--soak', '500'], 500],
    [['--soak=500'], 500],
  ] as const) {
    const plan = readPlan(args);
    assert.deepEqual([plan.parts, plan.soakPolls], [['soak'], polls]);
  }
});

test('sizes, samples, parts and the program can be chosen', () => {
  const plan = readPlan([
    '--sizes',
    '2,10',
    '--samples=30',
    '--only',
    'usual,peers',
    '--program',
    'a.js',
    '--node-flag=--jitless',
  ]);
  assert.deepEqual(plan.sizes, [2, 10]);
  assert.equal(plan.samples(1_000), 30);
  assert.deepEqual(plan.parts, ['usual', 'peers']);
  assert.equal(plan.file, 'a.js');
  assert.deepEqual(plan.nodeFlags, ['--jitless']);
});

test('invalid combinations are rejected', () => {
  for (const args of [['--sizes', '0'], ['--samples', 'x'], ['--only', 'all'], ['--soak=0'], ['--slow'], ['10']]) {
    assert.throws(() => readPlan(args));
  }
});
