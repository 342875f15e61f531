import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogueRows, EVERYTHING } from '../../../src/metrics/catalogue.ts';
import { evaluate } from '../../../src/metrics/evaluate.ts';
import { metricSet } from '../../../src/metrics/row-instruments.ts';
import { CONTAINER_ATTRIBUTES, DIMENSIONS } from '../../../src/metrics/vocabulary.ts';
import { type ConventionConstant, conventionConstants } from './convention-package.ts';
import { isUnit } from './ucum.ts';
import { containerView, createValueSink, taskView } from './views.ts';

const constants = conventionConstants();

/** The constant with this prefix and value, unless deprecated. */
function findConstant(prefix: string, value: string): ConventionConstant | undefined {
  return constants.find((one) => one.name.startsWith(prefix) && one.value === value && !one.isDeprecated);
}

test('constants are read, and deprecated ones are recognized', () => {
  assert.ok(constants.length > 2000, `${constants.length}`);
  assert.equal(findConstant('METRIC_', 'container.cpu.time')?.name, 'METRIC_CONTAINER_CPU_TIME');
  assert.equal(findConstant('METRIC_', 'container.memory.paging.faults'), undefined);
  assert.equal(findConstant('ATTR_', 'process.paging.fault_type'), undefined);
  assert.equal(findConstant('CPU_MODE_VALUE_', 'kernel'), undefined);
  assert.equal(findConstant('CPU_MODE_VALUE_', 'system')?.name, 'CPU_MODE_VALUE_SYSTEM');
});

/**
 * Kinds and units from metrics.yaml of the container, process and nodejs models. The package does not contain them.
 *
 * @see https://github.com/open-telemetry/semantic-conventions/tree/v1.45.0/model
 */
const KINDS_AND_UNITS: Readonly<Record<string, readonly [kind: string, unit: string]>> = {
  'container.uptime': ['gauge', 's'],
  'container.cpu.time': ['counter', 's'],
  'container.cpu.usage': ['gauge', '{cpu}'],
  'container.memory.usage': ['updowncounter', 'By'],
  'container.memory.available': ['updowncounter', 'By'],
  'container.memory.rss': ['updowncounter', 'By'],
  'container.memory.working_set': ['updowncounter', 'By'],
  'container.paging.faults': ['counter', '{fault}'],
  'container.disk.io': ['counter', 'By'],
  'container.network.io': ['counter', 'By'],
  'process.cpu.time': ['counter', 's'],
  'process.memory.usage': ['updowncounter', 'By'],
  'otel.sdk.exporter.metric_data_point.exported': ['counter', '{data_point}'],
  'nodejs.eventloop.delay.max': ['gauge', 's'],
};

const OWN = /^aws\.ecs\./;
const metrics = metricSet('semconv', '', EVERYTHING).metrics;
const borrowed = metrics.filter(({ name }) => !OWN.test(name));

for (const { name, kind, unit } of borrowed) {
  test(`${name} follows the conventions`, () => {
    assert.ok(findConstant('METRIC_', name) !== undefined, 'in the package, and not deprecated');
    assert.deepEqual([kind, unit], KINDS_AND_UNITS[name]);
  });
}

test('some metrics follow the conventions', () => {
  assert.ok(borrowed.filter(({ name }) => name.startsWith('container.')).length >= 9, `${borrowed.length}`);
});

test('metrics below aws.ecs. are not in the conventions', () => {
  for (const { name } of metrics.filter((metric) => OWN.test(metric.name))) {
    assert.ok(!constants.some((one) => one.name.startsWith('METRIC_') && one.value === name), name);
  }
});

const keys = new Set([
  ...Object.values(DIMENSIONS).flatMap(({ semconv }) => semconv ?? []),
  ...Object.values(CONTAINER_ATTRIBUTES.semconv),
  ...catalogueRows().flatMap(([, { semconv }]) => Object.keys(semconv?.constants ?? {})),
]);

for (const key of keys) {
  test(`the attribute ${key} is in the conventions and not deprecated, or below aws.ecs.`, () => {
    assert.ok(OWN.test(key) || findConstant('ATTR_', key) !== undefined);
  });
}

test('no attribute is deprecated, including those below aws.ecs.', () => {
  for (const key of keys) {
    const known = constants.filter(({ name, value }) => name.startsWith('ATTR_') && value === key);
    assert.ok(known.length === 0 || known.some(({ isDeprecated }) => !isDeprecated), key);
  }
});

/** Asserts that the value is in the list of values of its attribute. */
function assertValue(key: string, value: string): void {
  const attribute = findConstant('ATTR_', key) ?? assert.fail(`no attribute ${key}`);
  const prefix = `${attribute.name.replace('ATTR_', '')}_VALUE_`;
  assert.ok(findConstant(prefix, value) !== undefined, `${key}=${value}`);
}

test('values of constant attributes are in the conventions', () => {
  const all = catalogueRows().flatMap(([, { semconv }]) => Object.entries(semconv?.constants ?? {}));
  const listed = all.filter(([key]) => !OWN.test(key));
  for (const [key, value] of listed) assertValue(key, value);
  const used = new Set(listed.map(([key, value]) => `${key}=${value}`));
  assert.ok(used.has('cpu.mode=user') && used.has('cpu.mode=system') && used.has('disk.io.direction=read'));
});

test('types of page faults are in the conventions', () => {
  const sink = createValueSink('memory');
  const sample = { memory: { minorFaults: 1, majorFaults: 1 } };
  evaluate(taskView({}, [containerView('c', { sample })]), sink);
  const types = [...sink.values.keys()].flatMap((key) => /"faultType":"(\w+)"/.exec(key)?.[1] ?? []);
  assert.deepEqual(types, ['minor', 'major']);
  for (const type of types) assertValue(DIMENSIONS.faultType.semconv ?? '', type);
});

for (const unit of new Set(metrics.map((metric) => metric.unit))) {
  test(`the unit ${unit} is UCUM`, () => assert.ok(isUnit(unit)));
}

const UNITS: readonly (readonly [unit: string, isUnit: boolean])[] = [
  ['{request}/s', true],
  ['By/s', true],
  ['s/{period}', true],
  ['{page_fault}', true],
  ['', false],
  ['ms', false],
  ['KiBy', false],
  ['bytes', false],
  ['b', false],
  ['%', false],
  ['requests', false],
  ['{Request}', false],
  ['{}', false],
  ['{a b}', false],
  ['By/', false],
  ['/s', false],
  ['By/1', false],
  ['By/s/s', false],
  ['{a}{b}', false],
];

for (const [unit, expected] of UNITS) {
  test(`${JSON.stringify(unit)} is ${expected ? 'a' : 'no'} unit`, () => assert.equal(isUnit(unit), expected));
}
