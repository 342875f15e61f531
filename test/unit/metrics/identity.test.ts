import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskIdentity } from '../../../src/metrics/identity.ts';
import type { TaskInfo } from '../../../src/snapshot/snapshot.ts';

const FARGATE: TaskInfo = {
  cluster: 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
  arn: 'arn:aws:ecs:eu-west-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
  family: 'web',
  revision: '42',
  availabilityZone: 'eu-west-1b',
  launchType: 'FARGATE',
  serviceName: 'web',
};

test('all attributes', () => {
  assert.deepEqual(taskIdentity(FARGATE), {
    'cloud.provider': 'aws',
    'cloud.platform': 'aws_ecs',
    'cloud.region': 'eu-west-1',
    'cloud.account.id': '111122223333',
    'cloud.availability_zone': 'eu-west-1b',
    'aws.ecs.cluster.arn': 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
    'aws.ecs.task.arn': 'arn:aws:ecs:eu-west-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
    'cloud.resource_id': 'arn:aws:ecs:eu-west-1:111122223333:task/shop/0123456789abcdef0123456789abcdef',
    'aws.ecs.task.id': '0123456789abcdef0123456789abcdef',
    'aws.ecs.task.family': 'web',
    'aws.ecs.task.revision': '42',
    'aws.ecs.launchtype': 'fargate',
    'aws.ecs.service.name': 'web',
    'service.instance.id': '0123456789abcdef0123456789abcdef',
  });
});

test('empty metadata: only cloud provider and platform', () => {
  assert.deepEqual(taskIdentity({}), { 'cloud.provider': 'aws', 'cloud.platform': 'aws_ecs' });
});

const NAME = 'aws.ecs.cluster.arn';
const ID = 'aws.ecs.task.id';

type Case = readonly [what: string, task: TaskInfo, expected: Readonly<Record<string, string | undefined>>];

const CASES: readonly Case[] = [
  [
    'EC2: the cluster name',
    { ...FARGATE, cluster: 'shop' },
    { [NAME]: 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop' },
  ],
  [
    'no cluster: that of the task ARN',
    { arn: FARGATE.arn },
    { [NAME]: 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop' },
  ],
  [
    'the old ARN format without a cluster',
    { arn: 'arn:aws:ecs:us-east-1:111122223333:task/0b6f0f2e-0000-0000-0000-000000000000' },
    { [NAME]: undefined, [ID]: '0b6f0f2e-0000-0000-0000-000000000000', 'cloud.region': 'us-east-1' },
  ],
  [
    'China',
    { cluster: 'c', arn: 'arn:aws-cn:ecs:cn-north-1:111122223333:task/c/abc' },
    { [NAME]: 'arn:aws-cn:ecs:cn-north-1:111122223333:cluster/c', 'cloud.region': 'cn-north-1' },
  ],
  [
    'GovCloud',
    { cluster: 'c', arn: 'arn:aws-us-gov:ecs:us-gov-west-1:111122223333:task/c/abc' },
    { [NAME]: 'arn:aws-us-gov:ecs:us-gov-west-1:111122223333:cluster/c', [ID]: 'abc' },
  ],
  [
    'an invalid ARN',
    { cluster: 'c', arn: 'local' },
    { 'aws.ecs.task.arn': 'local', [NAME]: undefined, [ID]: undefined },
  ],
  [
    'an ARN of another resource',
    { arn: 'arn:aws:ecs:eu-west-1:1:service/c/abc' },
    { [ID]: undefined, 'cloud.region': undefined },
  ],
  [
    'empty parts of an ARN are omitted',
    { arn: 'arn:aws:ecs:::task/c/abc' },
    { 'cloud.region': undefined, [ID]: 'abc' },
  ],
  [
    'zone, VPC and tags',
    { availabilityZoneId: 'euw1-az2', vpcId: 'vpc-1', tags: new Map([['aws:ecs:serviceName', 'web']]) },
    {
      'aws.ecs.availability_zone.id': 'euw1-az2',
      'aws.ecs.vpc.id': 'vpc-1',
      'aws.ecs.task.tag.aws:ecs:serviceName': 'web',
    },
  ],
  [
    'a tag does not replace other attributes',
    {
      ...FARGATE,
      tags: new Map([
        ['cloud.region', 'x'],
        ['../id', 'y'],
      ]),
    },
    { 'cloud.region': 'eu-west-1', 'aws.ecs.task.tag.cloud.region': 'x', 'aws.ecs.task.tag.../id': 'y' },
  ],
  ['EXTERNAL', { launchType: 'EXTERNAL' }, { 'aws.ecs.launchtype': 'external' }],
];

for (const [what, task, expected] of CASES) {
  test(`identity: ${what}`, () => {
    const identity = taskIdentity(task);
    for (const [name, value] of Object.entries(expected)) assert.equal(identity[name], value, name);
  });
}
