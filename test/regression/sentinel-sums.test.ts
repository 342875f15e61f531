/**
 * The sum of two counters below 2^60 can exceed it. Larger numbers mean "no limit": integers in OTLP end at 2^63, and other
 * exporters showed limits of 9.2e18 bytes.
 *
 * @see https://github.com/prometheus-community/ecs_exporter/issues/35
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPipeline, EMPTY_HISTORY, valueIn } from '../property/pipeline.ts';

const HUGE = 2 ** 60 - 128;

test('a sum of 2^60 or more is absent, and affects no other value', () => {
  const { readings } = createPipeline().step(EMPTY_HISTORY, {
    task: { TaskARN: 'arn', Containers: [{ DockerId: 'id', Name: 'app', Limits: { Memory: 2 ** 41, CPU: 128 } }] },
    stats: {
      id: {
        read: '2026-01-01T00:00:00Z',
        blkio_stats: {
          io_service_bytes_recursive: [
            { major: 8, minor: 0, op: 'Read', value: HUGE },
            { major: 8, minor: 1, op: 'Read', value: HUGE },
            { major: 8, minor: 0, op: 'Write', value: 4096 },
          ],
        },
        memory_stats: { usage: 1000 },
      },
    },
  });
  assert.equal(valueIn(readings, 'ecs_task.disk_read_bytes', 'app'), undefined);
  assert.equal(valueIn(readings, 'ecs_task.mem_effective_limit_bytes', 'app'), undefined, '2^41 MiB');
  assert.equal(valueIn(readings, 'ecs_task.disk_written_bytes', 'app'), 4096);
  assert.equal(valueIn(readings, 'ecs_task.mem_usage', 'app'), 1000);
  assert.ok(readings.every(({ value }) => value < 2 ** 60));
});
