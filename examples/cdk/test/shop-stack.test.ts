import { test } from 'node:test';
import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { type ShopProps, ShopStack } from '../lib/shop-stack.ts';

const shop = {
  env: { account: '111122223333', region: 'eu-west-1' },
  clusterName: 'shop',
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a'],
  subnetIds: ['subnet-0123456789abcdef0'],
  instanceSecurityGroupId: 'sg-0123456789abcdef0',
  scraperSecurityGroupId: 'sg-0123456789abcdef1',
};

function templateFor({ launchType, destination }: Pick<ShopProps, 'launchType' | 'destination'>): Template {
  return Template.fromStack(new ShopStack(new App(), 'Shop', { ...shop, launchType, destination }));
}

/** The only inbound rule. */
const scrapeRule = { IpProtocol: 'tcp', FromPort: 9545, ToPort: 9545, SourceSecurityGroupId: 'sg-0123456789abcdef1' };

test('pull on Fargate: only Prometheus reaches the port of the tasks, and finds them by a tag', () => {
  const template = templateFor({ launchType: 'FARGATE', destination: 'prometheus' });
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
  template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    ...scrapeRule,
    GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Service'), 'GroupId'] },
  });
  template.hasResourceProperties('AWS::ECS::Service', {
    LaunchType: 'FARGATE',
    Tags: [{ Key: 'metrics', Value: 'ecs-container-exporter' }],
  });
});

test('pull on EC2: only Prometheus reaches the port of the instances', () => {
  const template = templateFor({ launchType: 'EC2', destination: 'prometheus' });
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
  template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { ...scrapeRule, GroupId: 'sg-0123456789abcdef0' });
  template.hasResourceProperties('AWS::ECS::Service', { LaunchType: 'EC2' });
});

for (const destination of ['cloudwatch', 'datadog'] as const) {
  test(`${destination}: no port is opened`, () => {
    const template = templateFor({ launchType: 'FARGATE', destination });
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    template.hasResourceProperties('AWS::ECS::Service', { Tags: Match.absent() });
  });
}
