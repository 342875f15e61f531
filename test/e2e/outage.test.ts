/** Pages during an outage of the metadata endpoint, and after its recovery. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { startExporterOn, startRunningExporter } from '../helpers/running.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';
import { stopClock } from '../helpers/test-clock.ts';
import { lastingPort } from '../real/lasting-port.ts';
import { until } from '../real/wait.ts';

const isOfContainers = ({ name }: { readonly name: string }): boolean =>
  name !== 'target_info' && !name.startsWith('ecs_task_exporter_');

describe('an endpoint that is down', () => {
  test('the endpoint starts after the exporter: not ready until then, and ready within 2 s', async (t) => {
    const clock = stopClock(t);
    const earlier = await startFaultEndpoint({ port: await lastingPort() });
    await earlier.close();
    const task = scriptedTask('web', 'worker');
    // The default interval: the first success must not wait for it.
    const running = await startExporterOn(t, earlier, task, { intervalMs: 15_000 });
    await running.exporter.poll();
    assert.equal(await running.status('/-/healthy'), 200);
    assert.equal(await running.status('/-/ready'), 503);
    assert.equal(await running.status('/metrics'), 200);
    const empty = await running.metrics();
    assert.equal(empty.value('ecs_task_exporter_status'), 0);
    const polls = empty.value('ecs_task_exporter_polls_total') ?? 0;
    assert.ok(polls >= 1);
    assert.equal(empty.value('ecs_task_exporter_poll_failures_total', { reason: 'unreachable' }), polls);
    assert.equal(empty.value('ecs_task_exporter_last_success_timestamp_seconds'), undefined);
    assert.equal(empty.value('ecs_task_exporter_containers'), undefined);
    assert.deepEqual(empty.series.filter(isOfContainers), []);

    const endpoint = await startFaultEndpoint({ port: earlier.port });
    t.after(() => endpoint.close());
    task.publish(endpoint);
    await clock.until('readiness', async () => ((await running.status('/-/ready')) === 200 ? true : undefined));
    assert.ok(clock.elapsedMs <= 2000, `ready only after ${clock.elapsedMs} ms`);
    const page = await running.metrics();
    assert.equal(page.value('ecs_task_exporter_status'), 1);
    assert.equal(page.value('ecs_task_cpu_usage_seconds_total', { container_name: 'worker' }), 30);
    const lines = running.lines().map(({ level, event }) => `${level} ${event}`);
    assert.deepEqual(lines, ['warn poll_failing', 'info poll_recovered', 'info task_found']);
  });

  test('an agent that restarts on the same port: values return at the next poll', async (t) => {
    const running = await startRunningExporter(t);
    await running.endpoint.close();
    await running.exporter.poll();
    const away = await running.metrics();
    assert.equal(away.value('ecs_task_exporter_status'), 0);
    assert.equal(away.value('ecs_task_exporter_poll_failures_total', { reason: 'unreachable' }), 1);
    assert.equal(away.value('ecs_task_mem_usage', { container_name: 'web' }), 64 * 1024 ** 2);

    const back = await startFaultEndpoint({ port: running.endpoint.port });
    t.after(() => back.close());
    running.task.advance(10);
    running.task.publish(back);
    await running.exporter.poll();
    const page = await running.metrics();
    assert.equal(page.value('ecs_task_exporter_status'), 1);
    assert.equal(page.value('ecs_task_cpu_cores', { container_name: 'web' }), 0.25);
  });

  test('values and readiness expire after three intervals, and both recover', async (t) => {
    const intervalMs = 15_000;
    const clock = stopClock(t);
    const running = await startRunningExporter(t, { intervalMs });
    running.endpoint.fault = { status: 404 };
    clock.pass(intervalMs);
    await until('the failure', async () =>
      (await running.metrics()).value('ecs_task_exporter_status') === 0 ? true : undefined,
    );
    assert.ok((await running.metrics()).series.some(isOfContainers), 'the values are gone with the first failure');
    assert.equal(await running.status('/-/ready'), 200);
    const success = (await running.metrics()).value('ecs_task_exporter_last_success_timestamp_seconds');

    clock.pass(3 * intervalMs - clock.elapsedMs);
    assert.equal(await running.status('/-/ready'), 200);
    clock.pass(1);
    assert.equal(await running.status('/-/ready'), 503);
    const gone = await running.metrics();
    assert.deepEqual(gone.series.filter(isOfContainers), []);
    assert.equal(gone.value('ecs_task_exporter_containers'), undefined);
    assert.equal(gone.value('ecs_task_exporter_last_success_timestamp_seconds'), success);
    assert.equal(await running.status('/-/healthy'), 200);

    running.endpoint.fault = 'none';
    running.task.advance(10);
    running.task.publish(running.endpoint);
    await clock.until('readiness', async () => ((await running.status('/-/ready')) === 200 ? true : undefined));
    const page = await running.metrics();
    assert.equal(page.value('ecs_task_cpu_usage_seconds_total', { container_name: 'web' }), 70 * 0.25);
    assert.equal(page.value('ecs_task_cpu_cores', { container_name: 'web' }), 0.25);
  });

  test('polls of an endpoint that hangs never overlap', async (t) => {
    const clock = stopClock(t);
    const intervalMs = 400;
    const running = await startRunningExporter(t, { intervalMs });
    running.endpoint.fault = 'hang';
    const before = running.endpoint.requests.length;
    const [first, second] = await clock.until(
      'two requests',
      () => {
        const since = running.endpoint.requests.slice(before);
        return since.length >= 2 ? since : undefined;
      },
      () => true,
    );
    const gapMs = (second?.time ?? 0) - (first?.time ?? 0);
    assert.ok(gapMs >= intervalMs, `the second request began ${gapMs} ms after the first`);
    await until('one connection', () => running.endpoint.openConnections === 1 || undefined);
  });
});
