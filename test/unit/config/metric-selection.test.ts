import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CATALOGUE,
  catalogueRows,
  DEFAULT_SELECTION,
  type RowId,
  type Selection,
} from '../../../src/metrics/catalogue.ts';
import { metricSet } from '../../../src/metrics/row-instruments.ts';
import { VOCABULARIES } from '../../../src/metrics/vocabulary.ts';
import { metricsOf } from '../../helpers/config.ts';
import { configOf, messagesOf, resolve } from './samples.ts';

const rowsOf = (selection: Selection, vocabulary: (typeof VOCABULARIES)[number] = 'ecs'): readonly RowId[] =>
  catalogueRows().flatMap(([id]) => (selection.has(id, vocabulary) ? [id] : []));

const ALL = catalogueRows().map(([id]) => id);
const NETWORK = ALL.filter((id) => id.startsWith('network_'));

const CASES: readonly (readonly [items: readonly string[], rows: readonly RowId[]])[] = [
  [['all'], ALL],
  [['default'], rowsOf(DEFAULT_SELECTION)],
  [['network_*'], NETWORK],
  [['-network_*'], rowsOf(DEFAULT_SELECTION).filter((id) => !NETWORK.includes(id))],
  [['all', '-*', 'cpu_cores'], ['cpu_cores']],
  [['cpu_cores', '-all'], []],
  [['cpu_usage_seconds'], ['cpu_usage_seconds']],
  [['ecs_task_cpu_usage_seconds_total'], ['cpu_usage_seconds']],
  [['ecs_task.cpu_usage_seconds'], ['cpu_usage_seconds']],
  [['container.memory.working_set'], ['mem_working_set_bytes']],
  [['aws.ecs.exporter.polls'], ['exporter_polls']],
];

for (const [items, rows] of CASES) {
  test(`${items.join(',')}`, () => {
    assert.deepEqual(
      rowsOf(metricsOf(...items)),
      ALL.filter((id) => rows.includes(id)),
    );
  });
}

test('opt-in metrics are not in the default set of their vocabulary, and a name selects both vocabularies', () => {
  for (const vocabulary of VOCABULARIES) {
    for (const [id, row] of catalogueRows()) {
      const isOptIn = row.optIn?.includes(vocabulary) ?? false;
      assert.equal(metricsOf('default').has(id, vocabulary), !isOptIn, `${id} in ${vocabulary}`);
      assert.ok(metricsOf(id).has(id, vocabulary));
    }
  }
});

test('the ecs defaults include every metric of version 2.4.0', () => {
  for (const [id, row] of catalogueRows()) {
    if (row.stability === 'compatible') assert.ok(DEFAULT_SELECTION.has(id, 'ecs'), id);
  }
});

test('only selected metrics have instruments', () => {
  const names = (selection: Selection) => metricSet('ecs', '1', selection).metrics.map(({ name }) => name);
  assert.deepEqual(names(metricsOf('cpu_cores', 'exporter_status')), [
    'ecs_task.cpu_cores',
    'ecs_task.exporter_status',
  ]);
  assert.equal(
    names(metricsOf('all')).length,
    new Set(Object.values(CATALOGUE).flatMap((row) => ('ecs' in row ? [row.ecs.name] : []))).size,
  );
});

test('a pattern that matches nothing is an error, like an invalid one', () => {
  const errors = (metrics: string) => messagesOf(resolve({ argv: ['--metrics', metrics] }));
  assert.deepEqual(errors('cpu_cores,cpu_usage_ration'), [
    '--metrics="cpu_…" contains "cpu_…" (item 2), which matches no metric; did you mean "cpu_usage_ratio"?',
  ]);
  assert.deepEqual(errors('-mem_usgae'), [
    '--metrics="-mem…" contains "-mem…" (item 1), which matches no metric; did you mean "mem_usage"?',
  ]);
  assert.match(errors('ntework_*').join(), /; did you mean "network_\*"\?$/);
  assert.match(errors('-container.memroy.*').join(), /; did you mean "container\.memory\.\*"\?$/);
  assert.match(errors('al').join(), /; did you mean "all"\?$/);
  assert.match(errors('something_else').join(), /"some…" \(item 1\), which matches no metric$/);
  assert.match(errors('cpu_[').join(), /"cpu_…" \(item 1\), which has no closing \]$/);
  assert.match(errors(' , ').join(), /must be a list of metric names or patterns$/);
});

test('a list that selects no metrics is a warning', () => {
  for (const metrics of ['-*', '-all', 'cpu_cores,-cpu_*']) {
    const resolved = resolve({ env: { METRICS: metrics } });
    assert.deepEqual('warnings' in resolved && resolved.warnings.map(({ message }) => message), [
      'METRICS selects no metrics, so nothing is exported',
    ]);
  }
});

test('the configuration holds the selection', () => {
  const { metrics } = configOf(resolve({ env: { METRICS: 'cpu_*, -cpu_throttle*' } }));
  assert.deepEqual(metrics.items, ['cpu_*', '-cpu_throttle*']);
  assert.ok(metrics.has('cpu_cores', 'ecs') && !metrics.has('cpu_throttle_periods', 'ecs'));
  assert.ok(!metrics.has('mem_usage', 'ecs') && !metrics.has('exporter_status', 'ecs'));
});
