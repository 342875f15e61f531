/** A receiver that is not there: nothing of the totals is lost, and nothing piles up meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EXPORT_FAILURE_REASONS } from '../../instrumentation/readers/export-failure.ts';
import { asValues, pushedValues, sorted } from '../helpers/otlp-as-prometheus.ts';
import { metricsOf, pointsOf } from '../helpers/otlp-export.ts';
import { until } from '../real/wait.ts';
import { GOOD } from './answers.ts';
import { every, exportCounts, type Outage, outage } from './outage.ts';

/** So short that an export now and then takes longer than it may, on a machine that is busy. */
const INTERVAL_MS = 100;
/** Twenty minutes at the default interval, and an hour and forty. */
const EARLY = 20;
const LONG = 100;
/** What the test itself remembers of polls and log lines is some 700 kB; exports that stay would add twice that. */
const MAX_GROWTH_BYTES = 1.25 * 1024 ** 2;

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

function heapBytes(): number {
  if (typeof collectGarbage !== 'function') throw new Error('there is no gc()');
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Sockets, timers and whatever else the process has open, by kind. */
function openResources(): Readonly<Record<string, number>> {
  const kinds = Object.groupBy(process.getActiveResourcesInfo(), (kind) => kind);
  return Object.fromEntries(Object.entries(kinds).map(([kind, list]) => [kind, list?.length ?? 0]));
}

/** Samples go on; resolves once so many exports have failed. */
async function failures(running: Outage, count: number): Promise<void> {
  await until(
    `${count} exports that failed`,
    async () => {
      running.task.advance(1);
      await running.poll();
      return (exportCounts(await running.metrics()).failures['unreachable'] ?? 0) >= count ? true : undefined;
    },
    { timeoutMs: 60_000, everyMs: 4 * INTERVAL_MS },
  );
}

test('nobody listens from the start and for 100 intervals; then everything is there', async (t) => {
  const startedMs = performance.now();
  const running = await outage(t, { answer: GOOD, isDown: true, config: every(INTERVAL_MS) });
  const { receiver, task } = running;
  const first = exportCounts(await running.metrics());
  assert.deepEqual(first.reasons.toSorted(), EXPORT_FAILURE_REASONS.toSorted());
  assert.equal(first.rejectedPoints, 0);
  assert.deepEqual(
    Object.keys(first.failures).filter((reason) => reason !== 'unreachable' && reason !== 'timeout'),
    [],
  );

  await failures(running, EARLY);
  const early = { heap: heapBytes(), resources: openResources() };
  task.restart('worker');
  await failures(running, LONG);
  const late = { heap: heapBytes(), resources: openResources() };
  const grownKb = Math.round((late.heap - early.heap) / 1024);
  t.diagnostic(`${LONG - EARLY} failed exports: heap ${grownKb} kB more, open ${JSON.stringify(late.resources)}`);
  assert.ok(late.heap - early.heap < MAX_GROWTH_BYTES, `${grownKb} kB more`);
  for (const [kind, count] of Object.entries(late.resources)) {
    const before = early.resources[kind] ?? 0;
    assert.ok(count <= before + 5, `${kind}: ${before} open early, ${count} late`);
  }
  assert.equal(await running.status('/-/ready'), 200);
  const intervals = (performance.now() - startedMs) / INTERVAL_MS;
  await running.poll();
  const { exports, failures: byReason } = exportCounts(await running.metrics());
  const { unreachable = 0, timeout: tooBusy = 0, ...others } = byReason;
  assert.deepEqual(others, {});
  assert.equal(unreachable + tooBusy, exports);
  assert.ok(tooBusy < exports / 10, `${tooBusy} timeouts`);
  assert.ok(exports <= intervals + 2, `${exports} exports in ${intervals} intervals`);

  await receiver.up();
  const served = (await running.metrics()).series.filter(({ name }) => name !== 'target_info');
  const page = sorted(asValues(served));
  const arrived = await until('an export that is equal to the page', () => {
    const last = receiver.taken.at(-1);
    return last !== undefined && isDeepStrictEqual(sorted(pushedValues(metricsOf(last))), page) ? last : undefined;
  });
  for (const name of ['aws.ecs.container.cpu.time', 'container.disk.io', 'container.network.io']) {
    for (const [container, { startedNs }] of task.containers) {
      const starts = pointsOf(arrived, name, { 'container.name': container }).map(({ startNs }) => startNs);
      assert.deepEqual([...new Set(starts)], [startedNs], `${name} of ${container}`);
    }
  }
  await until('the recovery in the log', () => (running.log().length > 1 ? true : undefined));
  await sleep(3 * INTERVAL_MS);
  assert.equal(running.log().length, 2, running.log().join());
  assert.match(running.log().join(), /^warn otlp_export_failing (?:unreachable|timeout),info otlp_export_recovered$/);
  await running.poll();
  const after = exportCounts(await running.metrics());
  assert.ok(after.exports > exports);
  assert.ok((after.failures['unreachable'] ?? 0) <= unreachable + 2, 'fails on');
  assert.equal(receiver.openConnections, 1);
});
