/** Compares the process metrics of an exporter in this process with the values of the process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRunningExporter } from '../helpers/running.ts';
import { stopClock } from '../helpers/test-clock.ts';

const LEVELS = [
  ['ecs', 'ecs_task_exporter_process_cpu_seconds_total', 'ecs_task_exporter_process_resident_memory_bytes'],
  ['semconv', 'process_cpu_time_seconds_total', 'process_memory_usage_bytes'],
] as const;

for (const [vocabulary, cpu, memory] of LEVELS) {
  test(`CPU time and memory: ${vocabulary}`, async (t) => {
    const vocabularies = { prometheus: [vocabulary], otlp: [], console: [], statsd: [] };
    const running = await startRunningExporter(t, { vocabularies });
    const before = process.cpuUsage();
    await running.poll();
    const page = await running.metrics();
    const after = process.cpuUsage();
    const seconds = page.value(cpu) ?? 0;
    assert.ok(seconds >= (before.user + before.system) / 1e6 && seconds <= (after.user + after.system) / 1e6);
    const share = (page.value(memory) ?? 0) / process.memoryUsage.rss();
    assert.ok(share > 0.5 && share < 2, `${share}`);
  });
}

test('a blocked event loop is reported until the next poll', async (t) => {
  const clock = stopClock(t);
  const running = await startRunningExporter(t);
  clock.pass(1500);
  // Longer than the timer, which fires once per second.
  clock.block(1000);
  clock.pass(0);
  await running.poll();
  assert.equal((await running.metrics()).value('ecs_task_exporter_event_loop_delay_seconds'), 0.5);
  clock.pass(1000);
  await running.poll();
  assert.equal((await running.metrics()).value('ecs_task_exporter_event_loop_delay_seconds'), 0);
});

test('series and stale containers are counted', async (t) => {
  const running = await startRunningExporter(t);
  const page = await running.metrics();
  const ofTask = page.series.filter(({ name }) => !/^(?:target_info|ecs_task_exporter_)/.test(name));
  assert.equal(page.value('ecs_task_exporter_series'), ofTask.length);
  assert.equal(page.value('ecs_task_exporter_stale_containers'), 0);
});
