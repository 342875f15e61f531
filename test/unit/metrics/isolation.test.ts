/** An error in one metric affects only its own value. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading } from '../../../instrumentation/metric-definition.ts';
import type { TaskView } from '../../../src/history/view.ts';
import { createAttributeCache } from '../../../src/metrics/attribute-cache.ts';
import { EVERYTHING } from '../../../src/metrics/catalogue.ts';
import { evaluate } from '../../../src/metrics/evaluate.ts';
import { createRecorder, type Recorder } from '../../../src/metrics/recorder.ts';
import { createRowInstruments } from '../../../src/metrics/row-instruments.ts';
import type { MemoryStats } from '../../../src/snapshot/snapshot.ts';
import { containerView, taskView } from './views.ts';

function record(view: TaskView): Recorder {
  const instruments = createRowInstruments(['ecs'], EVERYTHING);
  const recorder = createRecorder({
    instruments,
    attributeCache: createAttributeCache(),
    polledNs: 0n,
    exporterStartNs: 0n,
  });
  evaluate(view, recorder);
  return recorder;
}

function keysOf({ readings }: Recorder): readonly string[] {
  const all: readonly Reading[] = [...readings.byScope.values()].flat();
  return all.map(({ metric, attributes }) => `${metric.name} ${JSON.stringify(attributes)}`);
}

const MEMORY: MemoryStats = { usageBytes: 5, cacheBytes: 2, rssBytes: 1, workingSetBytes: 4, limitBytes: 9 };

/** Two containers; the one named `odd` has this memory. */
function viewOf(memory: MemoryStats): TaskView {
  const info = { knownStatus: 'RUNNING' };
  return taskView({}, [
    containerView('odd', { info, sample: { memory, pids: { current: 1 } } }),
    containerView('even', { info, sample: { memory: MEMORY, pids: { current: 1 } } }),
  ]);
}

test('one value of one container throws: only that value and the sum that needs it are missing', () => {
  const odd = Object.defineProperty({ ...MEMORY }, 'cacheBytes', {
    get() {
      throw new TypeError('no cache');
    },
  });
  const whole = keysOf(record(viewOf(MEMORY)));
  const recorder = record(viewOf(odd));
  const missing = whole.filter((key) => !keysOf(recorder).includes(key));
  assert.deepEqual(missing, [
    'ecs_task.mem_cache {"container_name":"odd"}',
    'ecs_task.mem_cache {"container_name":"_task_"}',
  ]);
  assert.deepEqual(recorder.failures, [
    { row: 'mem_cache', message: 'no cache' },
    { row: 'mem_cache', message: 'no cache' },
  ]);
});

test('all memory of one container throws: its values and the sums that need them are missing, and no other', () => {
  const view = viewOf(MEMORY);
  const [odd, even] = view.containers;
  assert.ok(odd !== undefined && even !== undefined);
  const sample = Object.defineProperty({ ...odd.sample, readNs: 100n }, 'memory', {
    get() {
      throw new TypeError('no memory');
    },
  });
  const whole = keysOf(record(view));
  const left = keysOf(record({ ...view, containers: [{ ...odd, sample }, even] }));
  const missing = whole.filter((key) => !left.includes(key));
  assert.ok(missing.length >= 8);
  for (const key of missing) assert.match(key, /^ecs_task\.mem_\w+ .*"(?:odd|_task_)"/);
});
