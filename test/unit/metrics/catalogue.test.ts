import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogueRows, EVERYTHING } from '../../../src/metrics/catalogue.ts';
import { levelsOf } from '../../../src/metrics/row.ts';
import { metricSet, ROW_DEFINITIONS } from '../../../src/metrics/row-instruments.ts';
import { DIMENSIONS, ECS_PREFIX, SCOPES, VOCABULARIES } from '../../../src/metrics/vocabulary.ts';
import { prometheusName } from '../../helpers/prometheus-name.ts';

/** Series of ecs-container-exporter 2.4.0. Their names and levels must not change. */
const OLD_SERIES: Readonly<Record<string, readonly string[]>> = {
  ecs_task_cpu_limit: ['container', 'task'],
  ecs_task_mem_limit: ['container', 'task'],
  ecs_task_cpu_usage_ratio: ['container', 'task'],
  ecs_task_percpu_usage_ratio: ['container'],
  ecs_task_cpu_kernelmode: ['container'],
  ecs_task_cpu_usermode: ['container'],
  ecs_task_cpu_throttle_periods: ['container'],
  ecs_task_cpu_throttle_throttled_periods: ['container'],
  ecs_task_cpu_throttle_throttled_time: ['container'],
  ecs_task_mem_cache: ['container', 'task'],
  ecs_task_mem_usage: ['container', 'task'],
  ecs_task_disk_read_bytes_total: ['container', 'task'],
  ecs_task_disk_written_bytes_total: ['container', 'task'],
  ecs_task_disk_read_iops_total: ['container', 'task'],
  ecs_task_disk_written_iops_total: ['container', 'task'],
  ecs_task_network_rx_bytes_total: ['container', 'task'],
  ecs_task_network_rx_packets_total: ['container', 'task'],
  ecs_task_network_rx_errors_total: ['container', 'task'],
  ecs_task_network_rx_dropped_total: ['container', 'task'],
  ecs_task_network_tx_bytes_total: ['container', 'task'],
  ecs_task_network_tx_packets_total: ['container', 'task'],
  ecs_task_network_tx_errors_total: ['container', 'task'],
  ecs_task_network_tx_dropped_total: ['container', 'task'],
  ecs_task_exporter_status: ['exporter'],
};

test('exactly the series of 2.4.0 are marked compatible', () => {
  const compatible = catalogueRows().filter(([, row]) => row.stability === 'compatible');
  const ours = compatible.map(([id, row]): readonly [string, readonly string[]] => {
    const [definition] = Object.values(ROW_DEFINITIONS.get(id)?.ecs ?? {});
    assert.ok(definition !== undefined, id);
    return [prometheusName(definition), [...levelsOf(row)].sort()];
  });
  assert.deepEqual(Object.fromEntries(ours), OLD_SERIES);
});

for (const [id, row] of catalogueRows()) {
  test(`row ${id}`, () => {
    assert.match(id, /^[a-z]+(?:_[a-z]+)*$/);
    assert.ok(row.ecs !== undefined || row.semconv !== undefined, 'has a name');
    const { description, semconv: { description: other = description, taskDescription = other } = {} } = row;
    for (const text of [description, other, taskDescription]) {
      assert.match(text, /^[A-Z][^\n]*\.$/, 'sentences on one line');
      assert.ok(text.length <= 150, text);
      assert.doesNotMatch(text, /\s\s|"|\\/);
    }
    assert.match(row.source, /^[^\n]+[^.\n]$/);
    if (row.ecs !== undefined) {
      assert.match(row.ecs.name, /^[a-z]+(?:_[a-z]+)*$/);
      assert.doesNotMatch(row.ecs.name, /_total$/, 'the serializer adds _total');
      assert.ok(levelsOf(row).length > 0);
    }
    for (const level of ['container', 'task', 'exporter'] as const) {
      const name = row.semconv?.[level];
      const prefix = {
        container: /^(?:container|aws\.ecs\.container)\./,
        task: /^aws\.ecs\.task\./,
        exporter: /^(?:aws\.ecs\.exporter|process|nodejs|otel\.sdk)\./,
      };
      if (name !== undefined) assert.match(name, prefix[level]);
    }
    for (const dimension of row.dimensions ?? []) assert.ok(dimension in DIMENSIONS);
  });
}

for (const vocabulary of VOCABULARIES) {
  test(`names of the ${vocabulary} vocabulary`, () => {
    const { metrics, scope, version } = metricSet(vocabulary, '1.2.3', EVERYTHING);
    assert.equal(scope, SCOPES[vocabulary]);
    assert.equal(version, '1.2.3');
    const names = metrics.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, 'one instrument per name');
    assert.equal(
      new Set(names.map((name) => name.toLowerCase())).size,
      names.length,
      'instrument names are case-insensitive',
    );
    for (const { name, unit } of metrics) {
      assert.match(name, /^[a-z][a-z0-9_.]{0,254}$/);
      if (vocabulary === 'ecs') {
        assert.equal(unit, '', `${name}: a unit would change its name where OTLP becomes Prometheus`);
        assert.ok(name.startsWith(ECS_PREFIX));
      } else {
        assert.match(unit, /^(?:By|s|1|\{[a-z_]+\})$/, name);
      }
    }
  });
}

/** Constant attributes and definition of each row, by semconv instrument. */
function semconvRows(): ReadonlyMap<string, readonly (readonly [constants: string, definition: string])[]> {
  const rows = catalogueRows().flatMap(([, row]) => {
    const { kind = row.kind, unit, description = row.description, constants = {} } = row.semconv ?? { unit: '' };
    const definition = JSON.stringify({ kind, unit, description });
    return [row.semconv?.container, row.semconv?.task, row.semconv?.exporter].flatMap((name) =>
      name === undefined ? [] : [{ name, pair: [JSON.stringify(constants), definition] as const }],
    );
  });
  return new Map([...Map.groupBy(rows, ({ name }) => name)].map(([name, all]) => [name, all.map(({ pair }) => pair)]));
}

test('rows that share an instrument have the same definition and different constant attributes', () => {
  const byName = semconvRows();
  for (const [name, rows] of byName) {
    assert.equal(new Set(rows.map(([constants]) => constants)).size, rows.length, `${name}: constant attributes`);
    assert.equal(new Set(rows.map(([, definition]) => definition)).size, 1, `${name}: kind, unit and description`);
  }
  assert.ok(
    [...byName.values()].some((rows) => rows.length === 2),
    'some instruments are shared',
  );
});

test('an ecs name belongs to one row', () => {
  const names = catalogueRows().flatMap(([, { ecs }]) => (ecs === undefined ? [] : [ecs.name]));
  assert.equal(new Set(names).size, names.length);
});

test('Prometheus names are unique over both vocabularies', () => {
  const names = VOCABULARIES.flatMap((vocabulary) => metricSet(vocabulary, '', EVERYTHING).metrics.map(prometheusName));
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  );
});

test('attribute names are unique within a vocabulary, and as Prometheus labels', () => {
  for (const vocabulary of VOCABULARIES) {
    const names = Object.values(DIMENSIONS).flatMap((dimension) => dimension[vocabulary]?.replaceAll('.', '_') ?? []);
    assert.equal(new Set(names).size, names.length);
  }
});

test('descriptions name no metric of the other vocabulary', () => {
  for (const [id] of catalogueRows()) {
    const { ecs, semconv } = ROW_DEFINITIONS.get(id) ?? {};
    for (const { name, description } of Object.values(ecs ?? {})) {
      assert.doesNotMatch(description, /\b(?:aws|container)\.\w+/, name);
    }
    for (const { name, description } of Object.values(semconv ?? {})) {
      assert.doesNotMatch(description, /\b(?:cpu|mem|disk|network|container|exporter|cgroup)_\w+/, name);
    }
    assert.doesNotMatch(semconv?.task?.description ?? '', /\bthe container\b/, id);
  }
});
