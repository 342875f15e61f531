/** An unreachable receiver: totals are complete afterwards, and memory does not grow. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EXPORT_FAILURE_REASONS } from '../../instrumentation/metric-exporter.ts';
import { asValues, pushedValues, sorted } from '../helpers/otlp-as-prometheus.ts';
import { metricsOf, pointsOf } from '../helpers/otlp-export.ts';
import { stopClock, type TestClock } from '../helpers/test-clock.ts';
import { every, exportCounts, type Outage, startOutage } from './outage.ts';
import { GOOD } from './responses.ts';

const INTERVAL_MS = 60_000;
/** 20 and 100 minutes. */
const EARLY = 20;
const LONG = 100;
/** Shorter than the wait before a retry. */
const NO_RETRY = { timeoutMs: 700 };
/** The test's own records of polls and log lines take about 700 kB; retained exports would add twice as much. */
const MAX_GROWTH_BYTES = 1.25 * 1024 ** 2;

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

function heapBytes(): number {
  if (typeof collectGarbage !== 'function') throw new Error('there is no gc()');
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Sockets, timers and other open resources of the process, by kind. */
function openResources(): Readonly<Record<string, number>> {
  const kinds = Object.groupBy(process.getActiveResourcesInfo(), (kind) => kind);
  return Object.fromEntries(Object.entries(kinds).map(([kind, list]) => [kind, list?.length ?? 0]));
}

/** Runs until this many exports have failed. */
async function failures(running: Outage, clock: TestClock, count: number): Promise<void> {
  const failed = async (): Promise<number> => {
    await running.poll();
    return exportCounts(await running.metrics()).failures['unreachable'] ?? 0;
  };
  for (let before = await failed(); before < count; before += 1) {
    running.task.advance(1);
    clock.pass(INTERVAL_MS);
    await clock.until(`failure ${before + 1}`, async () => ((await failed()) > before ? true : undefined));
  }
}

test('the receiver is unreachable from the start for 100 intervals; then all totals arrive', async (t) => {
  const clock = stopClock(t);
  const running = await startOutage(t, clock, {
    answer: GOOD,
    isDown: true,
    otlp: NO_RETRY,
    config: every(INTERVAL_MS),
  });
  const { receiver, task } = running;
  const first = exportCounts(await running.metrics());
  assert.deepEqual(first.reasons.toSorted(), EXPORT_FAILURE_REASONS.toSorted());
  assert.equal(first.rejectedPoints, 0);
  assert.deepEqual(
    Object.keys(first.failures).filter((reason) => reason !== 'unreachable'),
    [],
  );

  await failures(running, clock, EARLY);
  const early = { heap: heapBytes(), resources: openResources() };
  task.restart('worker');
  await failures(running, clock, LONG);
  const late = { heap: heapBytes(), resources: openResources() };
  const grownKb = Math.round((late.heap - early.heap) / 1024);
  t.diagnostic(`${LONG - EARLY} failed exports: heap ${grownKb} kB more, open ${JSON.stringify(late.resources)}`);
  assert.ok(late.heap - early.heap < MAX_GROWTH_BYTES, `${grownKb} kB more`);
  for (const [kind, count] of Object.entries(late.resources)) {
    const before = early.resources[kind] ?? 0;
    assert.ok(count <= before + 5, `${kind}: ${before} open early, ${count} late`);
  }
  assert.equal(await running.status('/-/ready'), 200);
  const { exports, failures: byReason } = exportCounts(await running.metrics());
  assert.deepEqual(byReason, { unreachable: LONG });
  assert.equal(exports, LONG);

  await receiver.up();
  clock.pass(INTERVAL_MS);
  const served = (await running.metrics()).series.filter(({ name }) => name !== 'target_info');
  const page = sorted(asValues(served));
  const arrived = await clock.until('an export that is equal to the page', () => {
    const last = receiver.accepted.at(-1);
    return last !== undefined && isDeepStrictEqual(sorted(pushedValues(metricsOf(last))), page) ? last : undefined;
  });
  for (const name of ['aws.ecs.container.cpu.time', 'container.disk.io', 'container.network.io']) {
    for (const [container, { startedNs }] of task.containers) {
      const starts = pointsOf(arrived, name, { 'container.name': container }).map(({ startNs }) => startNs);
      assert.deepEqual([...new Set(starts)], [startedNs], `${name} of ${container}`);
    }
  }
  await clock.until('the recovery in the log', () => (running.log().length > 1 ? true : undefined));
  for (const more of [2, 3, 4]) {
    await clock.settled();
    clock.pass(INTERVAL_MS);
    await clock.until(`export ${more}`, () => receiver.accepted[more - 1]);
  }
  assert.deepEqual(running.log(), ['warn otlp_export_failing unreachable', 'info otlp_export_recovered']);
  await running.poll();
  const after = exportCounts(await running.metrics());
  assert.ok(after.exports > exports);
  assert.deepEqual(after.failures, { unreachable: LONG });
  assert.equal(receiver.openConnections, 1);
});
