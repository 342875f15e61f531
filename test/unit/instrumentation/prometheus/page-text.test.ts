import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { isNumeric, type ResourceCollection } from '../../../../instrumentation/collection.ts';
import type { InstrumentKind } from '../../../../instrumentation/metric-definition.ts';
import { createPageText } from '../../../../instrumentation/prometheus/page-text.ts';
import { createSeriesText } from '../../../../instrumentation/prometheus/series-text.ts';

type Attributes = Readonly<Record<string, string | number | boolean>>;

interface Family {
  readonly name: string;
  readonly kind: InstrumentKind;
  readonly description?: string;
  readonly points: readonly (readonly [Attributes, number])[];
}

function metricData({ name, kind, description = 'What it is.', points }: Family): MetricData {
  const dataPoints: DataPoint<number>[] = points.map(([attributes, value]) => ({
    attributes,
    value,
    startTime: [1, 0],
    endTime: [2, 0],
  }));
  const common = {
    descriptor: { name, description, unit: '', valueType: 1 },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints,
  };
  if (kind === 'gauge') return { ...common, dataPointType: DataPointType.GAUGE };
  return { ...common, dataPointType: DataPointType.SUM, isMonotonic: kind === 'counter' };
}

const resource = resourceFromAttributes({ 'service.name': 'a "b" \\ c', 'cloud.region': 'x' });

function page(families: readonly Family[]): ResourceMetrics {
  return { resource, scopeMetrics: [{ scope: { name: 'test' }, metrics: families.map(metricData) }] };
}

function asCollected({ resource, scopeMetrics }: ResourceMetrics): readonly ResourceCollection[] {
  const scopes = scopeMetrics.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.filter(isNumeric).map((data) => ({ data, readings: [] })),
  }));
  return [{ key: 'a', resource, scopes }];
}

/** The output of the SDK's serializer, without a cache. */
function serialized(collected: ResourceMetrics): string {
  return new PrometheusSerializer(undefined, false, undefined, false, true).serialize(collected);
}

const WEB = { container_name: 'web' };
const ESCAPED = { 'a.b': 'quote " backslash \\ newline \n space', n: 7, yes: true, 'x-y__z': '' };
const NONE = {};

const SAMPLES: readonly (readonly [name: string, families: readonly Family[]])[] = [
  ['one series', [{ name: 'up.now', kind: 'gauge', points: [[WEB, 1]] }]],
  [
    'cached labels in metrics of other types and names',
    [
      { name: 'up.now', kind: 'gauge', points: [[WEB, 2]] },
      { name: 'work', kind: 'counter', points: [[WEB, 3.5]] },
      { name: 'works.total', kind: 'counter', points: [[WEB, 1e21]] },
    ],
  ],
  [
    'new series between cached ones, in another order',
    [
      {
        name: 'up.now',
        kind: 'gauge',
        description: 'Two\nlines, and a \\ in it.',
        points: [
          [ESCAPED, -0.5],
          [WEB, 1e-7],
          [NONE, 0],
        ],
      },
      { name: 'size', kind: 'updowncounter', points: [[ESCAPED, 5e-324]] },
    ],
  ],
  ['a metric without a description', [{ name: 'bare', kind: 'gauge', description: '', points: [[NONE, 1]] }]],
  [
    'NaN and infinities',
    [
      {
        name: 'up.now',
        kind: 'gauge',
        points: [
          [WEB, Number.NaN],
          [ESCAPED, -Infinity],
          [NONE, Infinity],
        ],
      },
    ],
  ],
];

test('the page equals the output of the SDK’s serializer, also from the cache', async (context) => {
  const textOf = createPageText(createSeriesText({ sets: [] }));
  for (const [name, families] of SAMPLES) {
    await context.test(name, () => {
      const collected = page(families);
      assert.equal(textOf(asCollected(collected)), serialized(collected));
      assert.equal(textOf(asCollected(collected)), serialized(collected), 'from the cache');
    });
  }
});

test('target_info changes with the resource', () => {
  const textOf = createPageText(createSeriesText({ sets: [] }));
  const collected = page([{ name: 'up', kind: 'gauge', points: [[WEB, 1]] }]);
  assert.match(textOf(asCollected(collected)), /target_info\{service_name="a \\"b\\" \\\\ c",cloud_region="x"\} 1/);
  const moved = { ...collected, resource: resourceFromAttributes({ 'cloud.region': 'y' }) };
  assert.match(textOf(asCollected(moved)), /^target_info\{cloud_region="y"\} 1$/m);
});

const LABELS: readonly (readonly [name: string, attributes: Attributes, labels: string])[] = [
  ['no attributes', {}, ''],
  ['invalid characters become underscores', { 'cloud.region': 'a', 'x-y z': 'b' }, '{cloud_region="a",x_y_z="b"}'],
  ['several invalid characters become one underscore', { 'a..b__c': 'x' }, '{a_b_c="x"}'],
  ['a leading digit gets a prefix', { '1a': 'x' }, '{key_1a="x"}'],
  ['values of one label are joined in the order of their names', { a_b: '2', 'a.b': '1', 'a-b': '0' }, '{a_b="0;1;2"}'],
  ['numbers and booleans', { n: 1.5, t: true }, '{n="1.5",t="true"}'],
];

for (const [name, attributes, labels] of LABELS) {
  test(`labels of target_info: ${name}`, () => {
    const text = createPageText(createSeriesText({ sets: [] }))([
      { key: 'a', resource: resourceFromAttributes(attributes), scopes: [] },
    ]);
    assert.equal(text.split('\n')[2], `target_info${labels} 1`);
  });
}
