import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { catalogueRows } from '../../../src/catalogue/catalogue.ts';
import { metricSet } from '../../../src/catalogue/definitions.ts';
import { CONTAINER_ATTRIBUTES, DIMENSIONS } from '../../../src/catalogue/dimensions.ts';
import { EVERYTHING } from '../../../src/catalogue/selection.ts';
import { taskIdentity } from '../../../src/identity.ts';

/** Values of the package's constants whose names begin so. */
function constants(prefix: string): ReadonlySet<string> {
  const found = Object.entries(conventions).flatMap(([name, value]) =>
    name.startsWith(prefix) && typeof value === 'string' ? [value] : [],
  );
  assert.ok(found.length > 0, prefix);
  return new Set(found);
}

const attributes = constants('ATTR_');

/** Kind and unit, which the package does not have: model/container/metrics.yaml of open-telemetry/semantic-conventions 1.45. */
const METRICS: Readonly<Record<string, readonly [kind: string, unit: string]>> = {
  [conventions.METRIC_CONTAINER_UPTIME]: ['gauge', 's'],
  [conventions.METRIC_CONTAINER_CPU_TIME]: ['counter', 's'],
  [conventions.METRIC_CONTAINER_CPU_USAGE]: ['gauge', '{cpu}'],
  [conventions.METRIC_CONTAINER_MEMORY_USAGE]: ['updowncounter', 'By'],
  [conventions.METRIC_CONTAINER_MEMORY_AVAILABLE]: ['updowncounter', 'By'],
  [conventions.METRIC_CONTAINER_MEMORY_RSS]: ['updowncounter', 'By'],
  [conventions.METRIC_CONTAINER_MEMORY_WORKING_SET]: ['updowncounter', 'By'],
  [conventions.METRIC_CONTAINER_PAGING_FAULTS]: ['counter', '{fault}'],
  [conventions.METRIC_CONTAINER_DISK_IO]: ['counter', 'By'],
  [conventions.METRIC_CONTAINER_NETWORK_IO]: ['counter', 'By'],
};

const ours = metricSet('semconv', '', EVERYTHING).metrics.filter(({ name }) => name.startsWith('container.'));

for (const { name, kind, unit } of ours) {
  test(`${name} is as the conventions have it`, () => {
    assert.ok(constants('METRIC_CONTAINER_').has(name));
    assert.deepEqual([kind, unit], METRICS[name]);
  });
}

test('there are such metrics', () => assert.ok(ours.length >= 7, `${ours.length}`));

test('attributes of series are the conventions’, but for those that they do not have', () => {
  const own = new Set(['aws.ecs.container.docker_name', 'process.runtime.version']);
  const used = [
    ...Object.values(DIMENSIONS).map(({ semconv }) => semconv),
    ...Object.values(CONTAINER_ATTRIBUTES.semconv),
  ];
  for (const name of used) assert.ok(attributes.has(name) || own.has(name), name);
});

test('so are directions', () => {
  const directions = {
    'network.io.direction': 'NETWORK_IO_DIRECTION_VALUE_',
    'disk.io.direction': 'DISK_IO_DIRECTION_VALUE_',
  };
  let found = 0;
  for (const [id, { semconv }] of catalogueRows()) {
    for (const [name, value] of Object.entries(semconv?.constants ?? {})) {
      const prefix = Object.entries(directions).find(([attribute]) => attribute === name)?.[1];
      assert.ok(prefix !== undefined && attributes.has(name), `${id}: ${name}`);
      assert.ok(constants(prefix).has(value), `${id}: ${value}`);
      found += 1;
    }
  }
  assert.ok(found > 0);
});

test('and the attributes of the resource', () => {
  const identity = taskIdentity({
    cluster: 'c',
    arn: 'arn:aws:ecs:eu-west-1:111122223333:task/c/abc',
    family: 'f',
    revision: '1',
    availabilityZone: 'eu-west-1a',
    launchType: 'FARGATE',
    serviceName: 's',
  });
  const own = new Set(['aws.ecs.service.name']);
  assert.ok(Object.keys(identity).length >= 12);
  for (const name of Object.keys(identity)) assert.ok(attributes.has(name) || own.has(name), name);
  assert.equal(identity['cloud.platform'], conventions.CLOUD_PLATFORM_VALUE_AWS_ECS);
  assert.equal(identity['cloud.provider'], conventions.CLOUD_PROVIDER_VALUE_AWS);
  assert.equal(identity['aws.ecs.launchtype'], conventions.AWS_ECS_LAUNCHTYPE_VALUE_FARGATE);
});
