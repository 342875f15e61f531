import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectionOf, selectMetrics } from '../../../src/config/metric-selection.ts';
import {
  CATALOGUE,
  catalogueRows,
  DEFAULT_SELECTION,
  type RowId,
  type Selection,
} from '../../../src/metrics/catalogue.ts';
import { metricSet } from '../../../src/metrics/row-instruments.ts';
import { VOCABULARIES } from '../../../src/metrics/vocabulary.ts';
import { configOf, messagesOf, resolve } from './samples.ts';

function selected(...items: readonly string[]): Selection {
  const selection = selectMetrics(items);
  if ('wrong' in selection) throw new Error(selection.wrong);
  return selection;
}

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
      rowsOf(selected(...items)),
      ALL.filter((id) => rows.includes(id)),
    );
  });
}

test('the default differs between the vocabularies as the rows say, and asking for a row gives it in both', () => {
  for (const vocabulary of VOCABULARIES) {
    for (const [id, row] of catalogueRows()) {
      const isOptIn = row.optIn?.includes(vocabulary) ?? false;
      assert.equal(selected('default').has(id, vocabulary), !isOptIn, `${id} in ${vocabulary}`);
      assert.ok(selected(id).has(id, vocabulary));
    }
  }
});

test('all that version 2.4.0 had is on by default in its vocabulary', () => {
  for (const [id, row] of catalogueRows()) {
    if (row.stability === 'compatible') assert.ok(DEFAULT_SELECTION.has(id, 'ecs'), id);
  }
});

test('instruments are those of the rows that are wanted', () => {
  const names = (selection: Selection) => metricSet('ecs', '1', selection).metrics.map(({ name }) => name);
  assert.deepEqual(names(selected('cpu_cores', 'exporter_status')), ['ecs_task.cpu_cores', 'ecs_task.exporter_status']);
  assert.equal(
    names(selected('all')).length,
    new Set(Object.values(CATALOGUE).flatMap((row) => ('ecs' in row ? [row.ecs.name] : []))).size,
  );
});

test('a pattern that fits nothing is a mistake, and so is one that is none', () => {
  const mistakes = (metrics: string) => messagesOf(resolve({ argv: ['--metrics', metrics] }));
  assert.deepEqual(mistakes('cpu_cores,cpu_usage_ration'), [
    '--metrics="cpu_cores,cpu_usage_ration" must be names or patterns of metrics; one fits none (item 2): did you mean cpu_usage_ratio?',
  ]);
  assert.deepEqual(mistakes('-mem_usgae'), [
    '--metrics="-mem_usgae" must be names or patterns of metrics; one fits none (item 1): did you mean mem_usage?',
  ]);
  assert.match(mistakes('ntework_*').join(), /: did you mean network_\*\?$/);
  assert.match(mistakes('-container.memroy.*').join(), /: did you mean container\.memory\.\*\?$/);
  assert.match(mistakes('al').join(), /: did you mean all\?$/);
  assert.match(mistakes('something_else').join(), /one fits none \(item 1\)$/);
  assert.match(mistakes('cpu_[').join(), /a \[ has no \] after it \(item 1\)$/);
  assert.match(mistakes(' , ').join(), /must be names or patterns of metrics$/);
});

test('a list that leaves no metric is odd, and no mistake', () => {
  for (const metrics of ['-*', '-all', 'cpu_cores,-cpu_*']) {
    const resolved = resolve({ env: { METRICS: metrics } });
    assert.deepEqual('warnings' in resolved && resolved.warnings.map(({ message }) => message), [
      'nothing is exported: METRICS leaves no metric',
    ]);
  }
});

test('the configuration holds what METRICS says', () => {
  const config = configOf(resolve({ env: { METRICS: 'cpu_*, -cpu_throttle*' } }));
  assert.deepEqual(config.metrics, ['cpu_*', '-cpu_throttle*']);
  const metrics = selectionOf(config.metrics);
  assert.ok(metrics.has('cpu_cores', 'ecs') && !metrics.has('cpu_throttle_periods', 'ecs'));
  assert.ok(!metrics.has('mem_usage', 'ecs') && !metrics.has('exporter_status', 'ecs'));
});
