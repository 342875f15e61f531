import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerView, TaskView } from '../../../src/history/view.ts';
import { createAttributeCache } from '../../../src/metrics/attribute-cache.ts';
import { evaluate } from '../../../src/metrics/evaluate.ts';
import { createRecorder, type Recorder } from '../../../src/metrics/recorder.ts';
import { createRowInstruments } from '../../../src/metrics/row-instruments.ts';
import { SCOPES, VOCABULARIES, type VocabularyName } from '../../../src/metrics/vocabulary.ts';

function recorder(vocabularies: readonly VocabularyName[] = VOCABULARIES): Recorder {
  return createRecorder({
    instruments: createRowInstruments(vocabularies),
    attributeCache: createAttributeCache(),
    polledNs: 9n,
    exporterStartNs: 7n,
  });
}

const web: ContainerView = {
  info: { id: 'abc', name: 'web', networkNamespace: 's', sharesNetworkNamespace: false },
  startTimeNs: 5n,
  isSelected: true,
};
const view: TaskView = { task: {}, containers: [web], totals: {}, startTimeNs: 3n };

/** `scope's vocabulary: name value start`. */
function actual({ readings }: Recorder): readonly string[] {
  return VOCABULARIES.flatMap((vocabulary) =>
    (readings.byScope.get(SCOPES[vocabulary]) ?? []).map(
      ({ metric, value, startTimeNs }) => `${vocabulary}: ${metric.name} ${value} ${startTimeNs}`,
    ),
  );
}

test('a value is recorded in each vocabulary that has a name for it at its level', () => {
  const out = recorder();
  out.observeContainer(web)('cpu_usage_seconds', [{ value: 1.5 }]);
  out.observeTask(view)('cpu_usage_seconds', [{ value: 2.5 }]);
  out.observeContainer(web)('mem_limit', [{ value: 64 }]);
  out.observeContainer(web)('mem_available', [{ value: 9 }]);
  out.observeTask(view)('percpu_usage_ratio', [{ value: 1 }]);
  out.observeExporter()('exporter_polls', [{ value: 4 }]);
  assert.deepEqual(actual(out), [
    'ecs: ecs_task.cpu_usage_seconds 1.5 5',
    'ecs: ecs_task.cpu_usage_seconds 2.5 3',
    'ecs: ecs_task.mem_limit 64 undefined',
    'ecs: ecs_task.exporter_polls 4 7',
    'semconv: aws.ecs.container.cpu.time 1.5 5',
    'semconv: aws.ecs.task.cpu.time 2.5 3',
    'semconv: container.memory.available 9 undefined',
    'semconv: aws.ecs.exporter.polls 4 7',
  ]);
});

test('values are recorded in the enabled vocabularies, or only in that of the point', () => {
  const one = recorder(['semconv']);
  one.observeContainer(web)('mem_usage', [{ value: 1 }]);
  assert.deepEqual(actual(one), ['semconv: container.memory.usage 1 undefined']);
  assert.deepEqual([...one.readings.byScope.keys()], [SCOPES.semconv]);
  const both = recorder();
  both.observeContainer(web)('network_rx_bytes', [{ value: 1, dimensions: { iface: 'eth0' }, only: 'ecs' }]);
  assert.deepEqual(actual(both), ['ecs: ecs_task.network_rx_bytes 1 5']);
});

for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 60, 2 ** 64]) {
  test(`${value} is not recorded`, () => {
    const out = recorder();
    out.observeContainer(web)('mem_usage', [{ value: value }]);
    out.observeTask(view)('mem_usage', [{ value: value }]);
    out.observeExporter()('exporter_polls', [{ value: value }]);
    assert.deepEqual(actual(out), []);
  });
}

for (const value of [0, 2 ** 60 - 128]) {
  test(`${value} is recorded`, () => {
    const out = recorder(['ecs']);
    out.observeContainer(web)('mem_usage', [{ value: value }]);
    assert.deepEqual(actual(out), [`ecs: ecs_task.mem_usage ${value} undefined`]);
  });
}

test('no values of a container that is not selected', () => {
  const out = recorder();
  evaluate({ ...view, containers: [{ ...web, isSelected: false, info: { ...web.info, cpuUnits: 512 } }] }, out);
  assert.ok(actual(out).length > 0);
  assert.ok(
    [...out.readings.byScope.values()].flat().every(({ attributes }) => !JSON.stringify(attributes).includes('web')),
  );
});

test('a container with a duplicate name is exported in semconv only, where its id distinguishes it', () => {
  const out = recorder();
  out.observeContainer({ ...web, isNameTaken: true })('mem_usage', [{ value: 1 }]);
  assert.deepEqual(actual(out), ['semconv: container.memory.usage 1 undefined']);
});

test('ratios are rounded to 4 digits in ecs, and exact in semconv; integers have no fraction', () => {
  const out = recorder();
  out.observeContainer(web)('mem_usage_ratio', [{ value: 1 / 3 }]);
  out.observeContainer(web)('mem_usage', [{ value: 7.9 }]);
  assert.deepEqual(actual(out), [
    'ecs: ecs_task.mem_usage_ratio 0.3333 undefined',
    'ecs: ecs_task.mem_usage 7 undefined',
    `semconv: aws.ecs.container.memory.limit_utilization ${1 / 3} undefined`,
    'semconv: container.memory.usage 7 undefined',
  ]);
});

test('values from a sample have its time, others that of the poll', () => {
  const out = recorder(['ecs']);
  const sampled = { ...web, sample: { readNs: 4n } };
  out.observeContainer(sampled)('mem_usage', [{ value: 1 }]);
  out.observeContainer(sampled)('container_running', [{ value: 1 }]);
  out.observeContainer(sampled)('container_uptime_seconds', [{ value: 1 }]);
  out.observeTask({ ...view, sampledNs: 6n })('cpu_cores', [{ value: 1 }]);
  out.observeTask(view)('cpu_cores', [{ value: 1 }]);
  out.observeExporter()('exporter_polls', [{ value: 1 }]);
  const times = (out.readings.byScope.get(SCOPES.ecs) ?? []).map(({ metric, timeNs }) => [metric.name, timeNs]);
  assert.deepEqual(times, [
    ['ecs_task.mem_usage', 4n],
    ['ecs_task.container_running', 9n],
    ['ecs_task.cpu_cores', 6n],
    ['ecs_task.cpu_cores', 9n],
    ['ecs_task.exporter_polls', 9n],
  ]);
});
