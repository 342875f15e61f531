/** Inputs that once caused wrong values, poll by poll; the expected values are calculated by hand in each why.md. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startExporter } from '../../src/exporter.ts';
import { metricsOf, testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { type LoggedEvent, recordingLogger } from '../helpers/recording-logger.ts';
import { scrape } from '../helpers/scrape.ts';
import { type Exposition, parseExposition } from '../real/exposition.ts';
import { readScenario } from './scenario.ts';

interface Played {
  readonly pages: readonly Exposition[];
  readonly events: readonly LoggedEvent[];
}

/** The pages after each poll, in both vocabularies. */
async function play(name: string): Promise<Played> {
  const { polls } = readScenario(join(import.meta.dirname, name), name);
  const endpoint = await startFaultEndpoint();
  const logger = recordingLogger();
  Object.assign(endpoint, polls[0]);
  const vocabularies = { prometheus: ['ecs', 'semconv'], otlp: [], console: [], statsd: [] } as const;
  const exporter = await startExporter(testConfig(endpoint.url, { vocabularies, metrics: metricsOf('all') }), logger);
  const pages: Exposition[] = [];
  try {
    await exporter.poll();
    pages.push(parseExposition(await scrape(exporter)));
    for (const documents of polls.slice(1)) {
      Object.assign(endpoint, documents);
      await exporter.poll();
      pages.push(parseExposition(await scrape(exporter)));
    }
  } finally {
    await exporter.shutdown();
    await endpoint.close();
  }
  return { pages, events: logger.events };
}

const WEB = { container_name: 'web' };
const TASK = { container_name: '_task_' };

function valuesOf(
  { pages }: Played,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): readonly (number | undefined)[] {
  return pages.map((page) => page.value(name, labels));
}

function eventsOf({ events }: Played, event: string): readonly string[] {
  return events.filter((one) => one.event.startsWith(event)).map((one) => one.event);
}

test('a reading of zeros is not a sample, and the next reading has correct values', async () => {
  const played = await play('zero-reading');
  assert.deepEqual(valuesOf(played, 'ecs_task_cpu_cores', WEB), [undefined, 0.5, undefined, 0.5]);
  assert.deepEqual(valuesOf(played, 'ecs_task_cpu_usage_seconds_total', WEB), [1005, 1010, undefined, 1020]);
  assert.deepEqual(valuesOf(played, 'ecs_task_mem_usage', WEB), [1e8, 1e8, undefined, 1e8]);
  assert.deepEqual(valuesOf(played, 'ecs_task_cpu_usage_seconds_total', TASK), [1056, 1062, 1063, 1074]);
  assert.deepEqual(valuesOf(played, 'ecs_task_cpu_cores', TASK), [undefined, 0.6, undefined, 0.6]);
  assert.deepEqual(valuesOf(played, 'ecs_task_exporter_container_restarts_total'), [0, 0, 0, 0]);
  assert.deepEqual(valuesOf(played, 'ecs_task_exporter_containers_without_stats'), [0, 0, 1, 0]);
  assert.deepEqual(eventsOf(played, 'containers_restarted'), []);
});

test('no container has stats: no CPU value for the task, and one log line with what to check', async () => {
  const played = await play('all-running-without-stats');
  for (const name of ['cpu_cores', 'cpu_usage_ratio', 'mem_usage', 'pids', 'cpu_usage_seconds_total']) {
    assert.deepEqual(valuesOf(played, `ecs_task_${name}`, TASK), [undefined, undefined], name);
  }
  assert.deepEqual(valuesOf(played, 'aws_ecs_task_cpu_limit_utilization_ratio'), [undefined, undefined]);
  assert.deepEqual(valuesOf(played, 'ecs_task_exporter_containers_without_stats'), [2, 2]);
  assert.deepEqual(valuesOf(played, 'aws_ecs_exporter_containers_without_stats'), [2, 2]);
  assert.deepEqual(valuesOf(played, 'ecs_task_container_running', WEB), [1, 1]);
  const [line, ...more] = played.events.filter(({ event }) => event.startsWith('container_stats'));
  assert.deepEqual(more, []);
  assert.match(line?.message ?? '', /no running container has current stats.*ECS_DISABLE_METRICS/);
});

test('one of two containers has no stats: no partial sums', async () => {
  const played = await play('one-running-without-stats');
  assert.deepEqual(valuesOf(played, 'ecs_task_cpu_cores', TASK), [undefined, 0.8, undefined]);
  assert.deepEqual(valuesOf(played, 'ecs_task_mem_usage', TASK), [2e8, 2e8, undefined]);
  assert.deepEqual(valuesOf(played, 'ecs_task_pids', TASK), [10, 10, undefined]);
  assert.deepEqual(valuesOf(played, 'ecs_task_cpu_cores', WEB), [undefined, 0.5, 0.5]);
  assert.deepEqual(valuesOf(played, 'ecs_task_cpu_usage_seconds_total', TASK), [1058, 1066, 1071]);
  assert.deepEqual(valuesOf(played, 'container_memory_available_bytes', WEB)[2], undefined);
  assert.deepEqual(valuesOf(played, 'ecs_task_exporter_containers_without_stats'), [0, 0, 1]);
  assert.deepEqual(eventsOf(played, 'container_stats_failing'), [], 'it can be a restart');
});

test('EC2, a restart by the restart policy: counted, with the uptime and the page faults of the new run', async () => {
  const played = await play('ec2-restart-policy-start-stays');
  assert.deepEqual(valuesOf(played, 'ecs_task_exporter_container_restarts_total'), [0, 0, 1, 1]);
  assert.deepEqual(eventsOf(played, 'containers_restarted'), ['containers_restarted']);
  assert.deepEqual(valuesOf(played, 'ecs_task_container_uptime_seconds', WEB), [109, 119, 6, 16]);
  assert.deepEqual(valuesOf(played, 'ecs_task_cpu_cores', WEB), [undefined, 0.5, 0.5, 0.5]);
  assert.deepEqual(valuesOf(played, 'ecs_task_cpu_usage_seconds_total', TASK), [1005, 1010, 1015, 1020]);
  const faults = valuesOf(played, 'ecs_task_mem_page_faults_total', { ...WEB, type: 'minor' });
  assert.deepEqual(faults, [100_800, 101_800, 527, 537]);
});

test('a host under steal: utilization is cores divided by the limit, and the ecs ratio keeps its formula', async () => {
  const played = await play('host-under-steal');
  assert.deepEqual(valuesOf(played, 'aws_ecs_container_cpu_reservation_utilization_ratio', WEB), [undefined, 1]);
  assert.deepEqual(valuesOf(played, 'aws_ecs_container_cpu_limit_utilization_ratio', WEB), [undefined, 0.5]);
  assert.deepEqual(valuesOf(played, 'aws_ecs_task_cpu_limit_utilization_ratio'), [undefined, 0.5]);
  assert.deepEqual(valuesOf(played, 'ecs_task_cpu_usage_ratio', WEB), [undefined, 1.6667]);
});

for (const name of ['clock-set-forward', 'fewer-online-cpus-than-counted'] as const) {
  test(`correct cores: ${name}`, async () => {
    const played = await play(name);
    const [first, ...rest] = valuesOf(played, 'ecs_task_cpu_cores', WEB);
    assert.equal(first, undefined);
    assert.deepEqual(new Set(rest), new Set([0.5]));
  });
}

test('Fargate, polled at a different interval than samples are renewed: constant load in each sample', async () => {
  const played = await play('fargate-poll-interval-mismatch');
  assert.deepEqual(valuesOf(played, 'ecs_task_cpu_cores', WEB), [undefined, 1, 1, 1]);
});
