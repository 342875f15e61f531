import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
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

test('a loop that was blocked is told once, whether the timer fired since or is overdue', async () => {
  const meter = startProcessMeter(20);
  const blockFor = (ms: number): void => {
    for (const start = performance.now(); performance.now() - start < ms; );
  };
  assert.equal(recorded(meter).get(DELAY), undefined, 'nothing is known before the first wake');
  await sleep(50);
  recorded(meter);
  blockFor(150);
  const overdue = recorded(meter).get(DELAY) ?? 0;
  assert.ok(overdue > 0.12 && overdue < 2, `${overdue}`);
  await sleep(50);
  const afterwards = recorded(meter).get(DELAY) ?? Number.NaN;
  assert.ok(afterwards >= 0 && afterwards < overdue, `${afterwards}`);
  blockFor(150);
  await sleep(50);
  const fired = recorded(meter).get(DELAY) ?? 0;
  assert.ok(fired > 0.12 && fired < 2, `${fired}`);
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
