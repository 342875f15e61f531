/** Task tags are requested only if configured, once, and never delay or break anything else. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { takeOnce } from '../../src/once.ts';
import { globsOf, testConfig } from '../helpers/config.ts';
import { type Fault, startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { type Running, startExporterOn, startRunningExporter } from '../helpers/running.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';
import { until } from '../real/wait.ts';

const WANTED = { taskTags: globsOf('team', 'cost*') };

function tagRequests({ endpoint }: Running): number {
  return endpoint.requests.filter(({ path }) => path.includes('Tags')).length;
}

async function pollTimes(running: Running, times: number): Promise<void> {
  for (let poll = 0; poll < times; poll += 1) {
    running.task.advance();
    await running.poll();
  }
}

function tagLabels(page: string): Readonly<Record<string, string>> {
  const info = /^target_info\{(.*)\} 1$/m.exec(page)?.[1] ?? '';
  return Object.fromEntries(
    [...info.matchAll(/aws_ecs_task_tag_(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  );
}

/** Starts an exporter on an endpoint that responds with `document`, or with `fault` if set. */
async function runningWithTags(t: TestContext, document: unknown, fault: Fault = 'none'): Promise<Running> {
  const task = scriptedTask('web');
  const endpoint = await startFaultEndpoint();
  t.after(() => endpoint.close());
  task.publish(endpoint);
  endpoint.taskWithTags = document;
  endpoint.fault = { tags: fault };
  const running = await startExporterOn(t, endpoint, task, WANTED);
  await running.exporter.poll();
  return running;
}

test('not configured: no request and no metric', async (t) => {
  const running = await startRunningExporter(t);
  running.endpoint.taskWithTags = { TaskARN: 'arn', TaskTags: { team: 'core' } };
  await pollTimes(running, 3);
  assert.equal(tagRequests(running), 0);
  assert.doesNotMatch(await running.page(), /tag/);
});

/** Polls until the tags, or their failure, have been exported or logged. */
async function pollUntilTags(running: Running): Promise<void> {
  await until('an outcome of the request for tags', async () => {
    await pollTimes(running, 1);
    return (await running.page()).includes('exporter_task_tags_failures_total') ? true : undefined;
  });
}

test('--task-tags: one request, and the tags are on the resource from the next poll on', async (t) => {
  const tags = { team: 'core', 'cost-center': '7', owner: 'x' };
  const running = await runningWithTags(t, { TaskARN: 'arn', TaskTags: tags });
  await pollUntilTags(running);
  assert.deepEqual(tagLabels(await running.page()), { team: 'core', cost_center: '7' });
  await pollTimes(running, 5);
  assert.deepEqual(tagLabels(await running.page()), { team: 'core', cost_center: '7' });
  assert.equal(tagRequests(running), 1);
  assert.deepEqual(
    running.lines().filter(({ event }) => event.startsWith('task_tags')),
    [],
  );
});

test('not available: counted and logged once, and everything else continues', async (t) => {
  const running = await startRunningExporter(t, WANTED);
  await pollUntilTags(running);
  await pollTimes(running, 5);
  const metrics = await running.metrics();
  assert.equal(tagRequests(running), 1);
  assert.equal(metrics.value('ecs_task_exporter_task_tags_failures_total', { reason: 'client_error' }), 1);
  assert.equal(metrics.value('ecs_task_exporter_task_tags_failures_total', { reason: 'refused' }), 0);
  assert.equal(metrics.value('ecs_task_exporter_status'), 1);
  assert.equal(metrics.value('ecs_task_exporter_poll_failures_total', { reason: 'client_error' }), 0);
  assert.equal(metrics.value('ecs_task_exporter_containers'), 2);
  const told = running.lines().filter(({ event }) => event.startsWith('task_tags'));
  assert.deepEqual(
    told.map(({ level, event }) => [level, event]),
    [['warn', 'task_tags_failing']],
  );
});

test('slow tags delay neither samples nor the shutdown', async (t) => {
  const running = await runningWithTags(t, {}, 'hang');
  await pollTimes(running, 3);
  const metrics = await running.metrics();
  assert.equal(tagRequests(running), 1);
  assert.equal(metrics.value('ecs_task_exporter_status'), 1);
  assert.equal(metrics.value('ecs_task_exporter_polls_total'), 4);
  assert.equal(metrics.value('ecs_task_exporter_containers'), 1);
  await running.exporter.shutdown();
  assert.deepEqual(
    running.lines().map(({ event }) => event),
    ['task_found'],
  );
});

test('once waits for tags', async (t) => {
  const task = scriptedTask('web');
  const endpoint = await startFaultEndpoint();
  t.after(() => endpoint.close());
  task.publish(endpoint);
  endpoint.taskWithTags = { TaskARN: 'arn', TaskTags: { team: 'core' } };
  const { ok, text } = await takeOnce(testConfig(endpoint.url, WANTED), { format: 'prometheus' }, recordingLogger());
  assert.equal(ok, true);
  assert.deepEqual(tagLabels(text), { team: 'core' });
});
