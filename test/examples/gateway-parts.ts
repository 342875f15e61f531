import assert from 'node:assert/strict';
import { type Collector, type CollectorConfig, type CollectorPlaces, startCollector } from '../real/collector.ts';
import { until } from '../real/wait.ts';
import type { CleanUp } from './clean-up.ts';
import { type ExporterTask, startPushingTask } from './exporter-tasks.ts';
import { type Prometheus3, startPrometheus3 } from './prometheus-3.ts';

/** Timeout for conditions that depend on several programs and their intervals. */
export const WAIT = { timeoutMs: 30_000, everyMs: 200 };

/** A metric of the task as a whole: one series for each task. */
export const TASK_METRIC = 'aws_ecs_task_memory_usage_bytes';

/** Starts tasks 1 and 2, which push to this address and `/v1/metrics`. */
export async function startTasks(cleanUp: CleanUp, otlpBase: string): Promise<readonly [ExporterTask, ExporterTask]> {
  return [await startPushingTask(cleanUp, 1, otlpBase), await startPushingTask(cleanUp, 2, otlpBase)];
}

/** Starts the gateway with a configuration, on free ports and without its batch timeout of a second. */
export async function startGateway(
  cleanUp: CleanUp,
  file: string,
  overlay: (places: CollectorPlaces) => CollectorConfig,
  env: Readonly<Record<string, string>> = {},
): Promise<Collector> {
  const config = (places: CollectorPlaces): CollectorConfig => {
    const own = overlay(places);
    return {
      ...own,
      extensions: { health_check: { endpoint: '127.0.0.1:0' } },
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${places.otlpPort}` } } } },
      processors: Object.assign({ batch: { timeout: '100ms' } }, own['processors']),
    };
  };
  const gateway = await startCollector({ file, env, config });
  cleanUp.later(gateway.stop);
  return gateway;
}

/** Starts Prometheus 3 with this configuration. */
export async function startPrometheus(
  cleanUp: CleanUp,
  configuration: string,
  ...flags: readonly string[]
): Promise<Prometheus3> {
  const prometheus = await startPrometheus3(configuration, ...flags);
  cleanUp.later(prometheus.stop);
  return prometheus;
}

/** Replaces parts of a text. @throws if a part is missing. */
export function replaced(text: string, by: Readonly<Record<string, string>>): string {
  return Object.entries(by).reduce((done, [from, to]) => {
    assert.ok(done.includes(from), from);
    return done.replace(from, to);
  }, text);
}

/** Waits until both tasks have separate series, and joins these with attributes from target_info. */
export async function seesBoth(prometheus: Prometheus3, tasks: readonly ExporterTask[]): Promise<void> {
  const found = (query: string) =>
    until(
      `${tasks.length} series of ${query}`,
      async () => {
        const series = await prometheus.query(query);
        return series.length === tasks.length ? series : undefined;
      },
      WAIT,
    );
  const promoted = [
    'aws_ecs_task_family="shop"',
    'aws_ecs_service_name="shop"',
    'aws_ecs_cluster_arn=~"arn:aws:ecs:.*:cluster/demo"',
  ];
  const series = await found(`${TASK_METRIC}{job="ecs-container-exporter",${promoted.join()}}`);
  assert.deepEqual(new Set(series.map(({ instance }) => instance)), new Set(tasks.map(({ taskId }) => taskId)));

  const joined = await found(`${TASK_METRIC} * on (job, instance) group_left (aws_ecs_task_arn) target_info`);
  const arns = joined.map((labels) => labels['aws_ecs_task_arn']);
  assert.deepEqual(new Set(arns), new Set(tasks.map(({ taskArn }) => taskArn)));
}
