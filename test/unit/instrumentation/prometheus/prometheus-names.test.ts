import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InstrumentKind } from '../../../../instrumentation/metric-definition.ts';
import { fakeSource, pagesOf, ROOMS } from '../fake-source.ts';

type Case = readonly [name: string, kind: InstrumentKind, unit: string, expected: string];

/** See https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ */
const NAMES: readonly Case[] = [
  ['container.cpu.time', 'counter', 's', 'container_cpu_time_seconds_total'],
  ['container.uptime', 'gauge', 's', 'container_uptime_seconds'],
  ['container.memory.usage', 'updowncounter', 'By', 'container_memory_usage_bytes'],
  ['container.disk.io', 'counter', 'By', 'container_disk_io_bytes_total'],
  ['aws.ecs.task.cpu.limit_utilization', 'gauge', '1', 'aws_ecs_task_cpu_limit_utilization_ratio'],
  // Only gauges get `_ratio`.
  ['jobs', 'counter', '1', 'jobs_total'],
  ['jobs.open', 'updowncounter', '1', 'jobs_open'],
  // Annotations are dropped.
  ['container.cpu.usage', 'gauge', '{cpu}', 'container_cpu_usage'],
  ['faults', 'counter', '{fault}', 'faults_total'],
  // A unit that the name already contains is not appended.
  ['poll.duration.seconds', 'gauge', 's', 'poll_duration_seconds'],
  ['disk.read.bytes', 'counter', 'By', 'disk_read_bytes_total'],
  // Without a unit there is no suffix.
  ['ecs_task.mem_usage', 'gauge', '', 'ecs_task_mem_usage'],
  ['ecs_task.cpu_usage_seconds', 'counter', '', 'ecs_task_cpu_usage_seconds_total'],
];

for (const [name, kind, unit, expected] of NAMES) {
  test(`${kind} ${name} in "${unit}" is ${expected}`, async () => {
    const source = fakeSource();
    const metric = { name, kind, unit, description: 'x' };
    const { page } = pagesOf(source, [{ ...ROOMS, metrics: [metric] }]);
    source.show([{ metric, attributes: {}, value: 1 }]);
    const lines = (await page()).body
      .toString()
      .split('\n')
      .filter((line) => !line.includes('target_info') && line !== '' && line !== '# HELP target_info Target metadata');
    assert.deepEqual(lines, [
      `# HELP ${expected} x`,
      `# TYPE ${expected} ${kind === 'counter' ? 'counter' : 'gauge'}`,
      `${expected} 1`,
    ]);
  });
}
