/** Ten minutes of the simulated task with random faults: exported values are true or absent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInProcess } from './run-in-process.ts';

for (const shape of ['fargate', 'ec2'] as const) {
  test(`${shape}: faults remove points, but never falsify them`, async (t) => {
    const result = await runInProcess(t, { shape, seed: 1, minutes: 10, pollMs: 10_000, rate: 0.06 });
    for (const checker of [result.cumulative, result.delta]) {
      const report = checker.report();
      assert.deepEqual(report.violations, []);
      assert.equal(report.repeated, 0);
      assert.ok(report.presence.fraction() >= 0.9, `${report.presence.fraction()} of the points`);
      assert.ok(report.counterPoints > 1000, `${report.counterPoints} points of counters`);
    }
    assert.ok(result.cumulative.report().maxima.size > 5);
    assert.ok(result.faults.size > 3, `${result.faults.size} kinds of faults`);
  });
}
