/** Checks pages of the running program with promtool. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startExporterProcess } from '../real/exporter-process.ts';
import { promtoolFindings } from '../real/prometheus-server.ts';

for (const [names, expected] of [
  ['ecs', ['ecs_task_mem_usage', 'ecs_task_cpu_usage_ratio']],
  ['semconv', ['container_memory_usage_bytes', 'aws_ecs_container_cpu_time_seconds_total']],
  ['ecs,semconv', ['ecs_task_mem_usage', 'container_memory_usage_bytes']],
] as const) {
  test(`promtool accepts the demo's page with the names of ${names}`, async () => {
    const exporter = await startExporterProcess('demo', ['--metric-names', names]);
    try {
      // Long enough for values that need two samples.
      await sleep(3000);
      const page = await exporter.page();
      assert.equal(promtoolFindings(page), '');
      for (const metric of expected) assert.match(page, new RegExp(`^${metric}\\{`, 'm'));
    } finally {
      await exporter.stop();
    }
  });
}
