import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAttributeCache, type Subject } from '../../../src/metrics/attribute-cache.ts';
import { catalogueRows, type RowId } from '../../../src/metrics/catalogue.ts';
import type { Dimensions } from '../../../src/metrics/row.ts';
import { VOCABULARIES, type VocabularyName } from '../../../src/metrics/vocabulary.ts';

const WEB: Subject = { level: 'container', name: 'web', id: 'abc' };
const TASK: Subject = { level: 'task' };
const EXPORTER: Subject = { level: 'exporter' };

type Case = readonly [
  VocabularyName,
  RowId,
  Subject,
  Dimensions | undefined,
  Readonly<Record<string, string | number>>,
];

const CASES: readonly Case[] = [
  ['ecs', 'mem_usage', WEB, undefined, { container_name: 'web' }],
  ['ecs', 'mem_usage', TASK, undefined, { container_name: '_task_' }],
  ['ecs', 'exporter_polls', EXPORTER, undefined, {}],
  ['ecs', 'network_rx_bytes', WEB, { iface: 'eth0' }, { container_name: 'web', iface: 'eth0' }],
  ['ecs', 'percpu_usage_ratio', WEB, { cpu: 3 }, { container_name: 'web', cpu: '3' }],
  ['semconv', 'mem_usage', WEB, undefined, { 'container.name': 'web', 'container.id': 'abc' }],
  ['semconv', 'mem_usage', TASK, undefined, {}],
  [
    'semconv',
    'network_rx_bytes',
    WEB,
    { iface: 'eth0' },
    {
      'container.name': 'web',
      'container.id': 'abc',
      'network.io.direction': 'receive',
      'network.interface.name': 'eth0',
    },
  ],
  ['semconv', 'network_tx_bytes', TASK, undefined, { 'network.io.direction': 'transmit' }],
  ['semconv', 'exporter_invalid_values', EXPORTER, { reason: 'negative' }, { 'error.type': 'negative' }],
];

for (const [vocabulary, row, subject, dimensions, expected] of CASES) {
  test(`attributes of ${row}, ${subject.level}, ${vocabulary}`, () => {
    const attributes = createAttributeCache().of(subject)(vocabulary, row, dimensions);
    assert.deepEqual(attributes, expected);
    assert.ok(Object.isFrozen(attributes));
  });
}

test('a series keeps its attribute object as long as every poll uses it', () => {
  const cache = createAttributeCache();
  const first = cache.of(WEB)('ecs', 'network_rx_bytes', { iface: 'eth0' });
  for (let poll = 0; poll < 5; poll += 1) {
    cache.removeUnused();
    assert.equal(cache.of({ ...WEB })('ecs', 'network_rx_bytes', { iface: 'eth0' }), first);
  }
});

test('a series that a poll did not use is removed after the next poll', () => {
  const cache = createAttributeCache();
  const first = cache.of(WEB)('ecs', 'mem_usage');
  cache.removeUnused();
  cache.removeUnused();
  assert.notEqual(cache.of(WEB)('ecs', 'mem_usage'), first);
});

test('only rows with the same attributes share the object', () => {
  const cache = createAttributeCache();
  const of = (row: RowId): object => cache.of(WEB)('semconv', row, { iface: 'eth0' });
  assert.equal(of('network_rx_bytes'), of('network_rx_packets'));
  assert.notEqual(of('network_rx_bytes'), of('network_tx_bytes'));
});

test('different subjects, dimensions or vocabularies never share an object', () => {
  const cache = createAttributeCache();
  const subjects: readonly Subject[] = [
    TASK,
    EXPORTER,
    WEB,
    { ...WEB, id: 'abd' },
    { ...WEB, name: 'we', id: 'babc' },
    { level: 'container', name: 'undefined', id: 'undefined' },
  ];
  const dimensions: readonly (Dimensions | undefined)[] = [
    undefined,
    { iface: 'a' },
    { iface: 'a', cpu: 0 },
    { cpu: 0 },
    { device: 'a' },
    { iface: 'cpu' },
  ];
  const seen = new Set<object>();
  let count = 0;
  for (const vocabulary of VOCABULARIES) {
    for (const subject of subjects) {
      for (const one of dimensions) {
        seen.add(cache.of(subject)(vocabulary, 'mem_usage', one));
        count += 1;
      }
    }
  }
  assert.equal(seen.size, count);
});

test('no two rows of one instrument share their attributes', () => {
  const cache = createAttributeCache();
  const seen = new Map<string, RowId>();
  for (const [id, { semconv }] of catalogueRows()) {
    if (semconv?.container === undefined) continue;
    const key = `${semconv.container} ${JSON.stringify(cache.of(WEB)('semconv', id))}`;
    assert.equal(seen.get(key), undefined, `${id}: ${key}`);
    seen.set(key, id);
  }
});
