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

/** An exporter in this process, polled by hand, with an endpoint and a task to play with. */
export interface Running {
  readonly exporter: Exporter;
  readonly endpoint: FaultEndpoint;
  readonly task: ScriptedTask;
  readonly origin: string;
  page(): Promise<string>;
  metrics(): Promise<Exposition>;
  /** The status of an answer. */
  status(path: string): Promise<number>;
  /** Publishes the task as it is now, and polls. */
  poll(): Promise<void>;
  /** Everything logged but debug lines. */
  lines(): readonly LoggedEvent[];
  /** Everything logged, as text, whatever it is nested in. */
  events(): readonly LoggedEvent[];
}

/** Starts endpoint and exporter, on a clock that the test moves, and takes the first sample; both are closed with the test. */
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

/** An exporter on an endpoint that may be closed. */
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

/** A page without what the exporter says of itself. */
export function withoutSelf(page: string): string {
  return page
    .split('\n')
    .filter((line) => !/^(?:# \w+ )?(?:ecs_task_|aws_ecs_)exporter_/.test(line))
    .join('\n');
}

/** An endpoint with a scripted task, for programs that run as processes. */
export async function scriptedEndpoint(
  t: TestContext,
): Promise<{ readonly endpoint: FaultEndpoint; readonly task: ScriptedTask }> {
  const endpoint = await startFaultEndpoint();
  t.after(() => endpoint.close());
  const task = scriptedTask('web', 'worker');
  task.publish(endpoint);
  return { endpoint, task };
}
