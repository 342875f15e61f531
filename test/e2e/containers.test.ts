/** Containers that start, stop and restart: the series of other containers do not change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Running, startRunningExporter } from '../helpers/running.ts';
import { parseExposition, type Series } from '../real/exposition.ts';

const BOTH = { vocabularies: { prometheus: ['ecs', 'semconv'], otlp: [], console: [], statsd: [] } } as const;

/** A page's series of one container, in both vocabularies, as `name{labels} -> value`. */
function seriesOf(page: readonly Series[], container: string): ReadonlyMap<string, number> {
  const own = page.filter(({ labels }) => labels.get('container_name') === container);
  return new Map(own.map(({ name, labels, value }) => [`${name} ${JSON.stringify([...labels])}`, value]));
}

async function everything(running: Running): Promise<readonly Series[]> {
  return parseExposition(await running.page()).series;
}

const ofTask = async (running: Running, name: string): Promise<number | undefined> =>
  (await running.metrics()).value(name, { container_name: '_task_' });

test('usage series of a stopped container disappear at the next poll, and no others', async (t) => {
  const running = await startRunningExporter(t, BOTH);
  running.task.advance(10);
  await running.poll();
  const before = await everything(running);
  const worker = running.task.containers.get('worker');
  assert.ok(worker !== undefined);

  // No time passes, so the values of other containers must not change.
  worker.isRunning = false;
  await running.poll();
  const after = await everything(running);
  assert.deepEqual(seriesOf(after, 'web'), seriesOf(before, 'web'));
  const left = [...seriesOf(after, 'worker').keys()].map((key) => key.split(' ')[0]);
  // The task document also lists stopped containers.
  assert.deepEqual(left.toSorted(), [
    'aws_ecs_container_cpu_reservation',
    'aws_ecs_container_info',
    'aws_ecs_container_running',
    'aws_ecs_container_status',
    'ecs_task_container_info',
    'ecs_task_container_running',
    'ecs_task_container_start_time_seconds',
    'ecs_task_container_status',
    'ecs_task_cpu_limit',
    'ecs_task_cpu_limit_cores',
    'ecs_task_mem_limit',
  ]);
  const page = await running.metrics();
  assert.equal(page.value('ecs_task_container_running', { container_name: 'worker' }), 0);
  assert.equal(page.value('ecs_task_exporter_containers'), 1);
  // Gauges of the task cover running containers only; its counters include stopped ones.
  assert.equal(await ofTask(running, 'ecs_task_mem_usage'), 64 * 1024 ** 2);
  assert.equal(await ofTask(running, 'ecs_task_cpu_usage_seconds_total'), 70 * 0.25 + 70 * 0.5);
});

test('a container that the metadata no longer lists has no series', async (t) => {
  const running = await startRunningExporter(t, BOTH);
  const before = await everything(running);
  assert.ok(seriesOf(before, 'worker').size > 20);
  running.task.containers.delete('worker');
  await running.poll();
  const after = await everything(running);
  assert.equal(seriesOf(after, 'worker').size, 0);
  assert.deepEqual(seriesOf(after, 'web'), seriesOf(before, 'web'));
});

test('a new container appears at the next poll, and other series do not change', async (t) => {
  const running = await startRunningExporter(t, BOTH);
  running.task.advance(10);
  await running.poll();
  const before = await everything(running);
  running.task.add('cron', { cores: 1, memoryBytes: 4096 });
  await running.poll();
  const after = await everything(running);
  for (const other of ['web', 'worker']) assert.deepEqual(seriesOf(after, other), seriesOf(before, other));
  assert.equal((await running.metrics()).value('ecs_task_mem_usage', { container_name: 'cron' }), 4096);

  running.task.advance(10);
  await running.poll();
  const page = await running.metrics();
  assert.equal(page.value('ecs_task_cpu_cores', { container_name: 'cron' }), 1);
  assert.equal(page.value('container_cpu_usage', { container_name: 'cron' }), 1);
  assert.equal(
    page.value('container_network_io_bytes_total', { container_name: 'cron', network_io_direction: 'receive' }),
    10_000,
  );
});

test('a restart in place: no rates for one poll, counters from 0, task counters never decrease', async (t) => {
  const running = await startRunningExporter(t, BOTH);
  running.task.advance(10);
  await running.poll();
  const totalBefore = await ofTask(running, 'ecs_task_cpu_usage_seconds_total');
  assert.equal(totalBefore, 70 * 0.25 + 70 * 0.5);

  running.task.restart('web');
  running.task.advance(5);
  await running.poll();
  const restarted = await running.metrics();
  const web = { container_name: 'web' };
  assert.equal(restarted.value('ecs_task_exporter_container_restarts_total'), 1);
  assert.equal(restarted.value('ecs_task_cpu_usage_ratio', web), undefined);
  assert.equal(restarted.value('ecs_task_cpu_cores', web), undefined);
  assert.equal(restarted.value('ecs_task_cpu_usage_seconds_total', web), 5 * 0.25);
  assert.equal(restarted.value('ecs_task_network_rx_bytes_total', { ...web, iface: 'eth0' }), 5000);
  assert.equal(restarted.value('ecs_task_cpu_cores', { container_name: 'worker' }), 0.5);
  assert.equal(await ofTask(running, 'ecs_task_cpu_usage_seconds_total'), 75 * 0.25 + 75 * 0.5);
  assert.deepEqual(
    running.lines().map(({ event, message }) => [event, message]),
    [
      ['task_found', 'found the task'],
      ['containers_restarted', 'restarted in place: web'],
    ],
  );

  running.task.advance(10);
  await running.poll();
  const page = await running.metrics();
  assert.equal(page.value('ecs_task_cpu_cores', web), 0.25);
  assert.equal(page.value('ecs_task_cpu_usage_seconds_total', web), 15 * 0.25);
  assert.equal(page.value('ecs_task_exporter_container_restarts_total'), 1);
});

test('a container that is missing from one poll returns with the same counters', async (t) => {
  const running = await startRunningExporter(t, BOTH);
  const web = running.task.containers.get('web');
  assert.ok(web !== undefined);
  web.isRunning = false;
  running.task.advance(10);
  await running.poll();
  web.isRunning = true;
  running.task.advance(10);
  await running.poll();
  const page = await running.metrics();
  assert.equal(page.value('ecs_task_cpu_usage_seconds_total', { container_name: 'web' }), 80 * 0.25);
  assert.equal(page.value('ecs_task_cpu_cores', { container_name: 'web' }), 0.25);
  assert.equal(page.value('ecs_task_exporter_container_restarts_total'), 0);
  assert.equal(await ofTask(running, 'ecs_task_cpu_usage_seconds_total'), 80 * 0.25 + 80 * 0.5);
});
