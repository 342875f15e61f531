import type { TestContext } from 'node:test';
import type { Config } from '../../src/config/config.ts';
import { type Exporter, startExporter } from '../../src/exporter.ts';
import { type Exposition, parseExposition } from '../real/exposition.ts';
import { testConfig } from './config.ts';
import { type FaultEndpoint, startFaultEndpoint } from './fault-endpoint.ts';
import { type LoggedEvent, recordingLogger } from './recording-logger.ts';
import { originOf, scrape } from './scrape.ts';
import { type ScriptedTask, scriptedTask } from './scripted-task.ts';
import { stopClock } from './test-clock.ts';

/** An exporter in this process, with its endpoint and task. It polls on request. */
export interface Running {
  readonly exporter: Exporter;
  readonly endpoint: FaultEndpoint;
  readonly task: ScriptedTask;
  readonly origin: string;
  page(): Promise<string>;
  metrics(): Promise<Exposition>;
  /** Requests a path and returns the status. */
  status(path: string): Promise<number>;
  /** Publishes the task and polls. */
  poll(): Promise<void>;
  /** Log events without debug events. */
  lines(): readonly LoggedEvent[];
  /** All log events. */
  events(): readonly LoggedEvent[];
}

/** Starts an endpoint and an exporter on the test's clock, and takes the first sample. Closes both with the test. */
export async function startRunningExporter(
  t: TestContext,
  changes: Partial<Config> = {},
  task: ScriptedTask = scriptedTask('web', 'worker'),
): Promise<Running> {
  stopClock(t);
  const endpoint = await startFaultEndpoint();
  t.after(() => endpoint.close());
  task.publish(endpoint);
  const running = await startExporterOn(t, endpoint, task, changes);
  await running.exporter.poll();
  return running;
}

/** Starts an exporter on an endpoint, which may be closed. Takes no sample. */
export async function startExporterOn(
  t: TestContext,
  endpoint: FaultEndpoint,
  task: ScriptedTask,
  changes: Partial<Config> = {},
): Promise<Running> {
  const logger = recordingLogger();
  const exporter = await startExporter(testConfig(endpoint.url, changes), logger);
  t.after(() => exporter.shutdown());
  const origin = originOf(exporter);
  return {
    exporter,
    endpoint,
    task,
    origin,
    page: () => scrape(exporter),
    metrics: async () => parseExposition(await scrape(exporter)),
    status: async (path) => {
      const response = await fetch(`${origin}${path}`);
      await response.arrayBuffer();
      return response.status;
    },
    poll: () => {
      task.publish(endpoint);
      return exporter.poll();
    },
    lines: () => logger.events.filter(({ level }) => level !== 'debug'),
    events: () => logger.events,
  };
}

/** Removes the exporter's own series from a page. */
export function withoutSelf(page: string): string {
  return page
    .split('\n')
    .filter((line) => !/^(?:# \w+ )?(?:ecs_task_|aws_ecs_)exporter_/.test(line))
    .join('\n');
}

/** Starts an endpoint with a scripted task, for programs that run as processes. */
export async function scriptedEndpoint(
  t: TestContext,
): Promise<{ readonly endpoint: FaultEndpoint; readonly task: ScriptedTask }> {
  const endpoint = await startFaultEndpoint();
  t.after(() => endpoint.close());
  const task = scriptedTask('web', 'worker');
  task.publish(endpoint);
  return { endpoint, task };
}
