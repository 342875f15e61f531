import { setTimeout as sleep } from 'node:timers/promises';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { hostTasks } from './hosted-tasks.ts';
import { startPushing } from './pushing-exporter.ts';
import { observeRequests } from './sent-requests.ts';

/** Longer than the time between two samples. */
const NEXT_SAMPLE_MS = 1200;

/** Records the compressed bodies of the last exports of real exporters, one per task. */
export async function recordExports(tasks: number, otlpBase: string): Promise<readonly Buffer[]> {
  const hosted = await hostTasks(tasks);
  const logger = recordingLogger();
  const requests = observeRequests('/v1/metrics');
  const push = { otlpBase, compression: 'gzip', exportIntervalMs: 60_000 } as const;
  const exporters = await Promise.all(hosted.tasks.map(({ url }) => startPushing(url, push, { logger })));
  await sleep(NEXT_SAMPLE_MS);
  const firstExports = requests.length;
  await Promise.all(exporters.map((exporter) => exporter.shutdown()));
  await hosted.close();
  const last = requests.slice(firstExports).map(({ body }) => body);
  if (last.length !== tasks) throw new Error(`${last.length} last exports of ${tasks} tasks`);
  return last;
}
