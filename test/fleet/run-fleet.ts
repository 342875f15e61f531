/** Runs a fleet of exporters with a real Collector, and returns all measurements. */

import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Backend, startBackend } from './backend.ts';
import { totalPoints } from './compare-points.ts';
import { limitCpu } from './cpu-limit.ts';
import { type GatewayCounts, gatewayCounts, startGateway } from './gateway.ts';
import { type FleetTask, HOSTING, nextMessage, type WorkerReport } from './messages.ts';
import type { Plan } from './plan.ts';
import { type Scraping, startScraping } from './scraping.ts';
import { peakRssMb, type Usage, type Used, usageOf, usedBetween } from './usage.ts';
import { childOf, startWorkers } from './workers.ts';

export interface FleetRun {
  readonly tasks: readonly FleetTask[];
  readonly reports: readonly WorkerReport[];
  readonly backend: Backend;
  readonly gateway: GatewayFigures;
  readonly workers: WorkerFigures;
}

export interface GatewayFigures {
  readonly scraping: Scraping | undefined;
  readonly counts: GatewayCounts;
  /** Log lines above level info. */
  readonly complaints: readonly string[];
  readonly rssMb: { readonly start: number; readonly peak: number; readonly end: number };
  readonly idle: Used;
  /** Usage while no exporter starts or stops. */
  readonly steady: Used;
  readonly steadyPoints: number;
  /** Usage from its start to the last point. */
  readonly whole: Used;
}

export interface WorkerFigures {
  /** Sum over all workers, before the first exporter starts, and before the exporters stop. */
  readonly rssMb: { readonly start: number; readonly end: number };
  readonly steady: Used;
}

const IDLE_MS = 3000;
/** Prometheus' usual interval. */
const SCRAPE_EVERY_MS = 15_000;
/** Timeout for points to pass the gateway, whose batch timeout is a second. */
const LONGEST_WAY_MS = 15_000;
const COMPLAINTS = /^.*\t(?:warn|error)\t.*$/gm;

/** Everything ends with the test. */
export async function runFleet(t: TestContext, plan: Plan): Promise<FleetRun> {
  const backend = await startBackend();
  t.after(() => backend.close());
  const collector = await startGateway(backend.url, plan);
  t.after(() => collector.stop());
  const cpuLimit = plan.vcpu === undefined ? undefined : limitCpu(collector.pid, plan.vcpu);
  t.after(() => cpuLimit?.remove());
  const pageUrl = `http://127.0.0.1:${collector.places.prometheusPort}/metrics`;
  const scraping = plan.isScraped ? startScraping(pageUrl, SCRAPE_EVERY_MS) : undefined;
  t.after(() => scraping?.stop());
  const gatewayUsage = (): Usage => usageOf([collector.pid]);
  const begun = gatewayUsage();
  await sleep(IDLE_MS);
  const idle = gatewayUsage();

  const host = childOf(t, 'tasks-process.ts', String(plan.workers * plan.exportersPerWorker));
  const { tasks } = await nextMessage(host, HOSTING.tasks);
  const workers = await startWorkers(t, plan, tasks, new URL(collector.otlpUrl).origin);
  const workersBefore = usageOf(workers.pids);
  await workers.startExporters();

  const workersFrom = usageOf(workers.pids);
  const from = { usage: gatewayUsage(), counts: await gatewayCounts(collector) };
  await sleep(plan.runMs);
  const to = { usage: gatewayUsage(), counts: await gatewayCounts(collector) };
  const workersTo = usageOf(workers.pids);

  host.send('freeze');
  await nextMessage(host, HOSTING.frozen);
  const reports = await workers.stopExporters();
  const sent = totalPoints(reports.flatMap(({ exports }) => exports.flatMap(({ points }) => points)));
  // The test checks whether the points are correct and complete.
  const deadline = performance.now() + LONGEST_WAY_MS;
  while (totalPoints(backend.points()) < sent && performance.now() < deadline) await sleep(250);
  await scraping?.stop();
  const end = gatewayUsage();
  const counts = await gatewayCounts(collector);
  const peak = peakRssMb(collector.pid);
  const complaints = collector.log().match(COMPLAINTS) ?? [];
  // It exports its remaining data: there should be none.
  await collector.stop();
  return {
    tasks,
    reports,
    backend,
    gateway: {
      scraping,
      counts,
      complaints,
      rssMb: { start: begun.rssMb, peak, end: end.rssMb },
      idle: usedBetween(begun, idle),
      steady: usedBetween(from.usage, to.usage),
      steadyPoints: to.counts.accepted - from.counts.accepted,
      whole: usedBetween(begun, end),
    },
    workers: {
      rssMb: { start: workersBefore.rssMb, end: workersTo.rssMb },
      steady: usedBetween(workersFrom, workersTo),
    },
  };
}
