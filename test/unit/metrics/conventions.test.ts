import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { taskIdentity } from '../../../src/metrics/identity.ts';

/** Values of the constants with a name prefix. */
function constants(prefix: string): ReadonlySet<string> {
  const found = Object.entries(conventions).flatMap(([name, value]) =>
    name.startsWith(prefix) && typeof value === 'string' ? [value] : [],
  );
  assert.ok(found.length > 0, prefix);
  return new Set(found);
}

const attributes = constants('ATTR_');

test('resource attributes are those of the conventions, where they exist', () => {
  const identity = taskIdentity({
    cluster: 'c',
    arn: 'arn:aws:ecs:eu-west-1:111122223333:task/c/abc',
    family: 'f',
    revision: '1',
    availabilityZone: 'eu-west-1a',
    launchType: 'FARGATE',
    serviceName: 's',
    availabilityZoneId: 'euw1-az1',
    vpcId: 'vpc-1',
    tags: new Map([['team', 'core']]),
  });
  const own = new Set([
    'aws.ecs.service.name',
    'aws.ecs.availability_zone.id',
    'aws.ecs.vpc.id',
    'aws.ecs.task.tag.team',
  ]);
  assert.ok(Object.keys(identity).length >= 15);
  for (const name of Object.keys(identity)) assert.ok(attributes.has(name) || own.has(name), name);
  assert.equal(identity['cloud.platform'], conventions.CLOUD_PLATFORM_VALUE_AWS_ECS);
  assert.equal(identity['cloud.provider'], conventions.CLOUD_PROVIDER_VALUE_AWS);
  assert.equal(identity['aws.ecs.launchtype'], conventions.AWS_ECS_LAUNCHTYPE_VALUE_FARGATE);
});
