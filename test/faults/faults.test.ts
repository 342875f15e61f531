/** Ten minutes of a simulated task with random faults: what is exported is true or absent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHere } from './run-here.ts';

for (const shape of ['fargate', 'ec2'] as const) {
  test(`${shape}: faults cost points, never their truth`, async (t) => {
    const ran = await runHere(t, { shape, seed: 1, minutes: 10, pollMs: 10_000, rate: 0.06 });
    for (const checker of [ran.cumulative, ran.delta]) {
      const report = checker.report();
      assert.deepEqual(report.violations, []);
      assert.equal(report.repeated, 0);
      assert.ok(report.presence.fraction() >= 0.9, `${report.presence.fraction()} of the points`);
      assert.ok(report.counterPoints > 1000, `${report.counterPoints} points of counters`);
    }
    assert.ok(ran.cumulative.report().maxima.size > 5);
    assert.ok(ran.faults.size > 3, `${ran.faults.size} kinds of faults`);
  });
}
