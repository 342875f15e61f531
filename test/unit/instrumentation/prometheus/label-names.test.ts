import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { withLabelNames } from '../../../../instrumentation/prometheus/resource-labels.ts';

type Attributes = Readonly<Record<string, string | number | boolean>>;

const CASES: readonly (readonly [what: string, attributes: Attributes, labels: Readonly<Record<string, string>>])[] = [
  ['nothing', {}, {}],
  ['dots and what else there is', { 'cloud.region': 'a', 'x-y z': 'b' }, { cloud_region: 'a', x_y_z: 'b' }],
  ['runs become one', { 'a..b__c': 'x' }, { a_b_c: 'x' }],
  ['a digit in front', { '1a': 'x' }, { key_1a: 'x' }],
  ['names that meet: values joined in the order of the names', { a_b: '2', 'a.b': '1', 'a-b': '0' }, { a_b: '0;1;2' }],
  ['numbers and truth', { n: 1.5, t: true }, { n: '1.5', t: 'true' }],
];

for (const [what, attributes, labels] of CASES) {
  test(`labels of the resource: ${what}`, () => {
    assert.deepEqual(withLabelNames(resourceFromAttributes(attributes)).attributes, labels);
  });
}
