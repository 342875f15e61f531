import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createColumns } from '../../../src/readings/columns.ts';
import { createRecorder } from '../../../src/readings/recorder.ts';
import { createSeriesBook } from '../../../src/readings/series.ts';
import { type ProcessMeter, startProcessMeter } from '../../../src/sampler/process-meter.ts';

function recorded(meter: ProcessMeter): ReadonlyMap<string, number> {
  const recorder = createRecorder({
    columns: createColumns(['ecs']),
    series: createSeriesBook(),
    polledNs: 0n,
    exporterStartNs: 0n,
  });
  meter.record(recorder);
  const readings = [...recorder.readings.byScope.values()].flat();
  return new Map(readings.map(({ metric, value }) => [metric.name, value]));
}

const DELAY = 'ecs_task.exporter_event_loop_delay_seconds';

test('a blocked event loop is reported once, whether the timer has fired since or is overdue', (t) => {
  let nowMs = 5000;
  t.mock.method(performance, 'now', () => nowMs);
  t.mock.timers.enable({ apis: ['setInterval'] });
  const block = (ms: number): void => {
    nowMs += ms;
  };
  const wake = (): void => t.mock.timers.tick(20);
  const meter = startProcessMeter(20);
  const told = (): number | undefined => recorded(meter).get(DELAY);
  assert.equal(told(), undefined, 'nothing is known before the first wake');
  block(20);
  wake();
  assert.equal(told(), 0);
  block(20 + 150);
  assert.equal(told(), 0.15, 'overdue');
  wake();
  assert.equal(told(), 0);
  block(20 + 150);
  wake();
  assert.equal(told(), 0.15, 'fired');
  assert.equal(told(), 0);
  meter.stop();
});

test('CPU time rises, and resident memory is that of a Node process', () => {
  const meter = startProcessMeter();
  const first = recorded(meter);
  const second = recorded(meter);
  meter.stop();
  const cpu = (of: ReadonlyMap<string, number>): number =>
    of.get('ecs_task.exporter_process_cpu_seconds') ?? Number.NaN;
  assert.ok(cpu(second) >= cpu(first) && cpu(first) > 0);
  assert.ok((second.get('ecs_task.exporter_process_resident_memory_bytes') ?? 0) > 20e6);
});
