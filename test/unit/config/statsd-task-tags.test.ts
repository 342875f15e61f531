import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statsdTags, TASK_TAG_NAMES } from '../../../src/config/statsd.ts';
import { taskIdentity } from '../../../src/metrics/identity.ts';
import { testConfig } from '../../helpers/config.ts';

const { statsd } = testConfig('http://127.0.0.1');
const tagged = (resource: Readonly<Record<string, unknown>>) =>
  statsdTags({ ...statsd, tags: ['first:1'], taskTags: TASK_TAG_NAMES, clientTags: ['last:1'] })(resource);

test('every tag of a task in a service', () => {
  const identity = taskIdentity({
    arn: 'arn:aws:ecs:eu-west-1:123456789012:task/prod/0123abcd',
    cluster: 'prod',
    family: 'shop',
    revision: '17',
    launchType: 'FARGATE',
    availabilityZone: 'eu-west-1a',
    serviceName: 'checkout',
  });
  assert.deepEqual(tagged(identity), [
    'first:1',
    'ecs_cluster_name:prod',
    'ecs_service:checkout',
    'service:checkout',
    'task_family:shop',
    'task_version:17',
    'task_id:0123abcd',
    'task_arn:arn:aws:ecs:eu-west-1:123456789012:task/prod/0123abcd',
    'launch_type:fargate',
    'region:eu-west-1',
    'availability-zone:eu-west-1a',
    'last:1',
  ]);
});

test('an unknown or empty value has no tag', () => {
  assert.deepEqual(tagged({}), ['first:1', 'last:1']);
  assert.deepEqual(tagged({ 'aws.ecs.task.family': '', 'aws.ecs.task.id': 'x' }), ['first:1', 'task_id:x', 'last:1']);
});
