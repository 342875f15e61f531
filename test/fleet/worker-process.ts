/**
 * Runs many exporters in one process, each started as by `run` with the variables of its task. Argument: a plan as JSON.
 * Starts them at the first message, stops them at the second, and reports all sent requests.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import * as v from 'valibot';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { scrape } from '../helpers/scrape.ts';
import { type SentExport, workerPlan } from './messages.ts';
import { pointsIn } from './otlp-requests.ts';
import { startPushing } from './pushing-exporter.ts';
import { observeRequests, type SentRequest } from './sent-requests.ts';

function reported({ body, startedMs, answer }: SentRequest, stoppingMs: number): SentExport {
  const isWhole = answer !== undefined;
  const plain = !isWhole ? Buffer.alloc(0) : plan.compression === 'gzip' ? gunzipSync(body) : body;
  const points = pointsIn(plain);
  return {
    points: [...points],
    containers: sizes.get(points[0]?.taskId ?? '') ?? 0,
    isLate: startedMs >= stoppingMs,
    plainBytes: plain.length,
    bodyBytes: body.length,
    answer,
  };
}

const plan = v.parse(workerPlan, JSON.parse(process.argv[2] ?? ''));
const sizes = new Map(plan.tasks.map(({ taskId, containers }) => [taskId, containers]));
const logger = recordingLogger();
process.once('disconnect', () => process.exit());
const requests = observeRequests('/v1/metrics');

process.send?.({ isReady: true });
await once(process, 'message');
const running = await Promise.all(
  plan.tasks.map(async (task, index) => {
    await sleep(plan.startAfterMs[index] ?? 0);
    return { task, exporter: await startPushing(task.url, plan, { isPaged: index < plan.paged, logger }) };
  }),
);
process.send?.({ startedExporters: running.length });
await once(process, 'message');

const pages = await Promise.all(
  running.slice(0, plan.paged).map(async ({ task: { taskId }, exporter }) => {
    // The first poll may have started before the tasks were frozen.
    await exporter.poll();
    await exporter.poll();
    return { taskId, page: await scrape(exporter) };
  }),
);
const stoppingMs = performance.now();
await Promise.all(
  running.map(async ({ exporter }, index) => {
    await sleep(plan.stopAfterMs[index] ?? 0);
    await exporter.shutdown();
  }),
);
// The simulated task has a container that restarts repeatedly, without stats until the sample after its start.
const complaints = logger.events
  .filter(({ level, event }) => (level === 'warn' || level === 'error') && event !== 'container_stats_failing')
  .map(({ event, message }) => `${event}: ${message}`);
const exports = requests.map((request) => reported(request, stoppingMs));
process.send?.({ report: { exports, pages, complaints } }, () => process.exit());
