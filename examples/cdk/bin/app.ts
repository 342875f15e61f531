import { App } from 'aws-cdk-lib';
import { ShopStack } from '../lib/shop-stack.ts';

const app = new App();

// Replace these with your own.
const shop = {
  env: { account: '111122223333', region: 'eu-west-1' },
  clusterName: 'shop',
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  instanceSecurityGroupId: 'sg-0123456789abcdef0',
  scraperSecurityGroupId: 'sg-0123456789abcdef1',
};

new ShopStack(app, 'shop-fargate-pull', { ...shop, launchType: 'FARGATE', destination: 'prometheus' });
new ShopStack(app, 'shop-ec2-pull', { ...shop, launchType: 'EC2', destination: 'prometheus' });
new ShopStack(app, 'shop-cloudwatch', { ...shop, launchType: 'FARGATE', destination: 'cloudwatch' });
new ShopStack(app, 'shop-datadog', { ...shop, launchType: 'FARGATE', destination: 'datadog' });
