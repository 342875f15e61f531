import { Annotations, RemovalPolicy, Size, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { EcsContainerExporter, EXPORTER_PORT } from './ecs-container-exporter.ts';

const LINUX: ecs.RuntimePlatform = {
  operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
  cpuArchitecture: ecs.CpuArchitecture.X86_64,
};

export interface ShopProps extends StackProps {
  readonly launchType: 'FARGATE' | 'EC2';
  readonly destination: 'prometheus' | 'cloudwatch' | 'datadog';
  readonly clusterName: string;
  readonly vpcId: string;
  readonly availabilityZones: string[];
  readonly subnetIds: string[];
  /** The security group of the EC2 instances. */
  readonly instanceSecurityGroupId: string;
  /** The security group of Prometheus. */
  readonly scraperSecurityGroupId: string;
}

/** A service with one application container and the exporter, in an existing cluster. */
export class ShopStack extends Stack {
  constructor(scope: Construct, id: string, props: ShopProps) {
    super(scope, id, props);
    const isFargate = props.launchType === 'FARGATE';
    const taskDefinition = new ecs.TaskDefinition(this, 'Task', {
      family: id,
      compatibility: isFargate ? ecs.Compatibility.FARGATE : ecs.Compatibility.EC2,
      networkMode: isFargate ? ecs.NetworkMode.AWS_VPC : ecs.NetworkMode.BRIDGE,
      cpu: '1024',
      memoryMiB: '2048',
      ...(isFargate ? { runtimePlatform: LINUX } : {}),
    });
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const image = (repository: string, tag: string): ecs.ContainerImage =>
      ecs.ContainerImage.fromEcrRepository(ecr.Repository.fromRepositoryName(this, repository, repository), tag);

    taskDefinition.addContainer('web', {
      image: image('shop/web', '2.14.0'),
      cpu: 640,
      memoryLimitMiB: 1280,
      portMappings: [{ containerPort: 8080 }],
      logging: ecs.LogDriver.awsLogs({ logGroup, streamPrefix: 'web' }),
    });
    new EcsContainerExporter(this, 'Exporter', {
      taskDefinition,
      image: image('ecs-container-exporter', '3.0.0'),
      destination: this.destination(props.destination),
      readCgroup: !isFargate,
      logging: ecs.LogDriver.awsLogs({
        logGroup,
        streamPrefix: 'exporter',
        mode: ecs.AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: Size.mebibytes(1),
      }),
    });

    const cluster = this.cluster(props);
    const common = { cluster, taskDefinition, desiredCount: 2, circuitBreaker: { rollback: true } };
    const service = isFargate
      ? new ecs.FargateService(this, 'Service', { ...common, minHealthyPercent: 100 })
      : // The port of the instance allows one task per instance, so a deployment first stops a task.
        new ecs.Ec2Service(this, 'Service', { ...common, minHealthyPercent: 50, maxHealthyPercent: 100 });
    if (props.destination !== 'prometheus') return;
    // The tag by which Prometheus finds the service.
    Tags.of(service).add('metrics', 'ecs-container-exporter');
    const { connections } = isFargate ? service : cluster;
    const scraper = ec2.SecurityGroup.fromSecurityGroupId(this, 'Scraper', props.scraperSecurityGroupId);
    connections.allowFrom(scraper, ec2.Port.tcp(EXPORTER_PORT), 'Prometheus scrapes ecs-container-exporter');
  }

  private destination(type: ShopProps['destination']) {
    if (type !== 'datadog') return { type };
    const secret = secretsmanager.Secret.fromSecretNameV2(this, 'DatadogHeaders', 'datadog-headers');
    return { type, headers: ecs.Secret.fromSecretsManager(secret) };
  }

  private cluster(props: ShopProps): ecs.ICluster {
    const { vpcId, availabilityZones, subnetIds, clusterName, instanceSecurityGroupId } = props;
    // Only subnets that are created here need a route table.
    Annotations.of(this).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId');
    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, availabilityZones, privateSubnetIds: subnetIds });
    const securityGroups = [ec2.SecurityGroup.fromSecurityGroupId(this, 'Instances', instanceSecurityGroupId)];
    return ecs.Cluster.fromClusterAttributes(this, 'Cluster', { clusterName, vpc, securityGroups });
  }
}
