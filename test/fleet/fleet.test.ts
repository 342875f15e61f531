/**
 * Two hundred exporters push to one real Collector for two minutes: every point arrives, once.
 *
 *     npm run test:fleet
 *     node test/fleet/fleet.test.ts [--seconds 120] [--exporters 200] [--interval 10] [--together] [--plain]
 *         [--idle-timeout 10] [--scraped] [--vcpu 0.25]
 */
import assert from 'node:assert/strict';
import { availableParallelism, cpus, release } from 'node:os';
import { test } from 'node:test';
import { differences, totalPoints } from './compare-points.ts';
import { readPlan } from './plan.ts';
import { type FleetRun, runFleet } from './run-fleet.ts';
import { renderRun } from './table.ts';
import { assertSameTotals, totalsOf } from './totals.ts';

const plan = readPlan(process.argv.slice(2));

test('a fleet pushes to one gateway: every point arrives, once', async (t) => {
  const run = await runFleet(t, plan);
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), Linux ${release()}`;
  process.stdout.write(`Node ${process.version}; ${machine}; all on one machine.\n\n${renderRun(plan, run)}\n`);

  const { tasks, reports, backend, gateway } = run;
  const exports = reports.flatMap((report) => report.exports);
  const complaints = [...reports.flatMap((report) => report.complaints), ...gateway.complaints];
  assert.deepEqual([...new Set(complaints)], []);
  // Every export succeeded at the first attempt.
  assert.deepEqual([...new Set(exports.map(({ answer }) => answer?.status))], [200]);

  const sent = exports.flatMap(({ points }) => points);
  const received = backend.points();
  const points = totalPoints(sent);
  assert.deepEqual(differences(sent, received), []);
  assert.deepEqual(gateway.counts, { accepted: points, refused: 0, failed: 0, sent: points, notSent: 0 });
  const byTask = Map.groupBy(received, ({ taskId }) => taskId);
  assert.equal(byTask.size, plan.workers * plan.exportersPerWorker);
  assert.deepEqual([...byTask.keys()].sort(), tasks.map(({ taskId }) => taskId).sort());
  // One at the start and one at the end; the last interval may be incomplete.
  const fewest = Math.floor(plan.runMs / plan.exportIntervalMs) + 1;
  for (const [taskId, { length }] of byTask)
    assert.ok(length >= fewest, `${length} exports of ${taskId}, not ${fewest}`);

  assertTotals(run);
});

/** Asserts that the last export equals the exporter's page: the tasks were frozen between the two. */
function assertTotals({ reports, backend }: FleetRun): void {
  const pages = reports.flatMap((report) => report.pages);
  assert.ok(pages.length > plan.workers);
  for (const { taskId, page } of pages) {
    const exports = backend.exportsOf(taskId);
    for (const { resource } of exports) assert.equal(resource.get('service.instance.id'), taskId);
    const [first, last] = [exports[0], exports.at(-1)];
    assertSameTotals(last, page);
    const [before, after] = [first, last].map((exported) => (exported === undefined ? new Map() : totalsOf(exported)));
    const grown = [...(after ?? [])].filter(([series, value]) => value > Number(before?.get(series)));
    assert.ok(grown.length > 0, 'no counter went up');
  }
}
