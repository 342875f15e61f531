/** What is served while the metadata endpoint is away, for how long, and how soon after it is back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { exporterOn, runningExporter } from '../helpers/running.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';
import { until } from '../real/wait.ts';

/** For a machine that is busy. */
const SLACK_MS = 500;

const isOfContainers = ({ name }: { readonly name: string }): boolean =>
  name !== 'target_info' && !name.startsWith('ecs_task_exporter_');

describe('an endpoint that is away', { concurrency: 8 }, () => {
  test('the endpoint comes after the exporter: up, not ready, and right 1 or 2 s after it is there', async (t) => {
    const earlier = await startFaultEndpoint();
    await earlier.close();
    const task = scriptedTask('web', 'worker');
    // The interval of production: the first success must not have to wait for it.
    const running = await exporterOn(t, earlier, task, { intervalMs: 15_000 });
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
    const start = performance.now();
    await until('readiness', async () => ((await running.status('/-/ready')) === 200 ? true : undefined));
    const ms = performance.now() - start;
    assert.ok(ms < 3000, `ready only after ${ms} ms`);
    const page = await running.metrics();
    assert.equal(page.value('ecs_task_exporter_status'), 1);
    assert.equal(page.value('ecs_task_cpu_usage_seconds_total', { container_name: 'worker' }), 30);
    const lines = running.lines().map(({ level, event }) => `${level} ${event}`);
    assert.deepEqual(lines, ['warn poll_failing', 'info poll_recovered', 'info task_found']);
    t.diagnostic(`ready ${Math.round(ms)} ms after the endpoint came`);
  });

  test('an agent that restarts at the same port: values again at the next poll', async (t) => {
    const running = await runningExporter(t);
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

  test('values vanish after three intervals, readiness with them, and both come back', async (t) => {
    const intervalMs = 300;
    const running = await runningExporter(t, { intervalMs });
    running.endpoint.fault = { status: 404 };
    const start = performance.now();
    await until('the failure', async () =>
      (await running.metrics()).value('ecs_task_exporter_status') === 0 ? true : undefined,
    );
    assert.ok((await running.metrics()).series.some(isOfContainers), 'the values are gone with the first failure');
    assert.equal(await running.status('/-/ready'), 200);
    const success = (await running.metrics()).value('ecs_task_exporter_last_success_timestamp_seconds');

    await until('readiness to go', async () => ((await running.status('/-/ready')) === 503 ? true : undefined));
    const ms = performance.now() - start;
    // The last good poll was up to an interval before the fault began.
    assert.ok(ms > 2 * intervalMs - 50 && ms < 3 * intervalMs + SLACK_MS, `not ready after ${ms} ms`);
    const gone = await running.metrics();
    assert.deepEqual(gone.series.filter(isOfContainers), []);
    assert.equal(gone.value('ecs_task_exporter_containers'), undefined);
    assert.equal(gone.value('ecs_task_exporter_last_success_timestamp_seconds'), success);
    assert.equal(await running.status('/-/healthy'), 200);

    running.endpoint.fault = 'none';
    running.task.advance(10);
    running.task.publish(running.endpoint);
    await until('readiness', async () => ((await running.status('/-/ready')) === 200 ? true : undefined));
    const page = await running.metrics();
    assert.equal(page.value('ecs_task_cpu_usage_seconds_total', { container_name: 'web' }), 70 * 0.25);
    assert.equal(page.value('ecs_task_cpu_cores', { container_name: 'web' }), 0.25);
  });

  test('polls of an endpoint that hangs never overlap', async (t) => {
    const intervalMs = 400;
    const running = await runningExporter(t, { intervalMs });
    running.endpoint.fault = 'hang';
    const before = running.endpoint.requests.length;
    const [first, second] = await until('two polls', () => {
      const since = running.endpoint.requests.slice(before);
      return since.length >= 2 ? since : undefined;
    });
    // The first request has the whole interval; its arrival may have been late on a busy machine.
    const gapMs = (second?.time ?? 0) - (first?.time ?? 0);
    assert.ok(gapMs > intervalMs / 2, `the second poll began ${gapMs} ms after the first`);
    assert.equal(running.endpoint.openConnections, 1);
  });
});
