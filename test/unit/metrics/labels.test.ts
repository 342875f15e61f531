import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTR_CONTAINER_LABEL } from '@opentelemetry/semantic-conventions/incubating';
import { createAttributeCache, type Subject } from '../../../src/metrics/attribute-cache.ts';

function labelsOf(vocabulary: 'ecs' | 'semconv', labels: Readonly<Record<string, string>>) {
  const subject: Subject = { level: 'container', name: 'web', id: 'abc', labels: new Map(Object.entries(labels)) };
  const attributes = createAttributeCache().of(subject)(vocabulary, 'container_info', { image: 'nginx' });
  const own = ['container_name', 'image', 'container.name', 'container.id', 'container.image.name'];
  assert.ok(Object.isFrozen(attributes));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !own.includes(name)));
}

type Texts = Readonly<Record<string, string>>;

const CASES: readonly (readonly [what: string, labels: Texts, ecs: Texts, semconv: Texts])[] = [
  ['plain', { team: 'core' }, { label_team: 'core' }, { 'container.label.team': 'core' }],
  [
    'characters that are invalid in Prometheus',
    { 'com.example/cost center': '7', '1st': 'x', größe: 'y' },
    { label_com_example_cost_center: '7', label_1st: 'x', label_gr_e: 'y' },
    { 'container.label.com.example/cost center': '7', 'container.label.1st': 'x', 'container.label.größe': 'y' },
  ],
  [
    'keys with the same Prometheus name: joined in the order of the keys',
    { a_b: '2', 'a.b': '1', 'a--b': '0' },
    { label_a_b: '0;1;2' },
    { 'container.label.a--b': '0;1;2' },
  ],
  [
    'leading underscores merge with that of the prefix',
    { _a: '1', a: '2' },
    { label_a: '1;2' },
    { 'container.label._a': '1;2' },
  ],
  [
    'our own names cannot be overwritten',
    { container_name: 'x', __proto__x: 'y', image: 'z' },
    { label_container_name: 'x', label_proto_x: 'y', label_image: 'z' },
    { 'container.label.container_name': 'x', 'container.label.__proto__x': 'y', 'container.label.image': 'z' },
  ],
];

for (const [what, labels, ecs, semconv] of CASES) {
  test(`labels as attributes: ${what}`, () => {
    assert.deepEqual(labelsOf('ecs', labels), ecs);
    assert.deepEqual(labelsOf('semconv', labels), semconv);
  });
}

test('the prefix is that of the conventions', () => {
  assert.deepEqual(Object.keys(labelsOf('semconv', { team: 'core' })), [ATTR_CONTAINER_LABEL('team')]);
});

test('only the info metric has labels, and it keeps its attribute object', () => {
  const book = createAttributeCache();
  const subject = (team: string): Subject => ({
    level: 'container',
    name: 'w',
    id: 'i',
    labels: new Map([['t', team]]),
  });
  assert.deepEqual(book.of(subject('a'))('ecs', 'mem_usage'), { container_name: 'w' });
  const first = book.of(subject('a'))('ecs', 'container_info');
  assert.equal(book.of(subject('a'))('ecs', 'container_info'), first);
  assert.notEqual(book.of(subject('b'))('ecs', 'container_info'), first);
});
