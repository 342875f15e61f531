import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { EcsContainerExporter, type EcsContainerExporterProps } from '../lib/ecs-container-exporter.ts';

type Props = Partial<EcsContainerExporterProps>;

const image = ecs.ContainerImage.fromRegistry('ecs-container-exporter:3.0.0');

function fargateTask(stack: Stack): ecs.TaskDefinition {
  return new ecs.FargateTaskDefinition(stack, 'Task', { cpu: 512, memoryLimitMiB: 1024 });
}

function ec2Task(stack: Stack): ecs.TaskDefinition {
  return new ecs.Ec2TaskDefinition(stack, 'Task', { networkMode: ecs.NetworkMode.BRIDGE });
}

/** The template of a stack whose task has an application container and the exporter. */
function synthesize(
  createTask: (stack: Stack) => ecs.TaskDefinition,
  props: (stack: Stack, web: ecs.ContainerDefinition) => Props = () => ({}),
): Template {
  const stack = new Stack(new App(), 'Shop');
  const taskDefinition = createTask(stack);
  const web = taskDefinition.addContainer('web', {
    image: ecs.ContainerImage.fromRegistry('web:1'),
    memoryLimitMiB: 256,
  });
  const destination = { type: 'prometheus' } as const;
  new EcsContainerExporter(stack, 'Exporter', { taskDefinition, image, destination, ...props(stack, web) });
  return Template.fromStack(stack);
}

/** Asserts that the exporter's container has these properties. */
function assertExporter(template: Template, properties: Readonly<Record<string, unknown>>): void {
  const container = Match.objectLike({ Name: 'ecs-container-exporter', ...properties });
  template.hasResourceProperties('AWS::ECS::TaskDefinition', { ContainerDefinitions: Match.arrayWith([container]) });
}

test('the exporter cannot stop the task, has no privileges and a health check that needs no shell', () => {
  assertExporter(synthesize(fargateTask), {
    Image: 'ecs-container-exporter:3.0.0',
    Essential: false,
    Cpu: 32,
    Memory: 128,
    User: '65532',
    ReadonlyRootFilesystem: true,
    LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
    HealthCheck: Match.objectLike({
      Command: ['CMD', '/nodejs/bin/node', '/app/ecs-container-exporter.cjs', 'healthcheck'],
    }),
    RestartPolicy: { Enabled: true, IgnoredExitCodes: [0, 2], RestartAttemptPeriod: 60 },
    StopTimeout: 15,
    DependsOn: Match.absent(),
    Privileged: Match.absent(),
  });
});

test('prometheus: the port is mapped, labels announce it, and no permission is added', () => {
  const template = synthesize(fargateTask);
  assertExporter(template, {
    PortMappings: [{ ContainerPort: 9545, Protocol: 'tcp' }],
    DockerLabels: {
      PROMETHEUS_EXPORTER_PORT: '9545',
      ECS_PROMETHEUS_EXPORTER_PORT: '9545',
      ECS_PROMETHEUS_METRICS_PATH: '/metrics',
    },
    Environment: Match.absent(),
  });
  template.resourceCountIs('AWS::IAM::Policy', 0);
});

test('prometheus with network mode bridge: the instance maps the same port, or the one that is given', () => {
  const mapping = (HostPort: number) => ({ PortMappings: [{ ContainerPort: 9545, HostPort, Protocol: 'tcp' }] });
  assertExporter(synthesize(ec2Task), mapping(9545));
  assertExporter(
    synthesize(ec2Task, () => ({ hostPort: 0 })),
    mapping(0),
  );
});

test('cloudwatch: it pushes to the region of the stack, with one permission and no open port', () => {
  const template = synthesize(fargateTask, () => ({ destination: { type: 'cloudwatch' } }));
  assertExporter(template, {
    Environment: Match.arrayWith([
      { Name: 'OTEL_METRICS_EXPORTER', Value: 'otlp' },
      {
        Name: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
        Value: { 'Fn::Join': ['', ['https://monitoring.', { Ref: 'AWS::Region' }, '.amazonaws.com/v1/metrics']] },
      },
    ]),
    PortMappings: Match.absent(),
    DockerLabels: Match.absent(),
  });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: Match.objectLike({
      Statement: [{ Action: 'cloudwatch:PutMetricData', Effect: 'Allow', Resource: '*' }],
    }),
  });
});

test('datadog: the header with the API key comes from Secrets Manager', () => {
  const template = synthesize(fargateTask, (stack) => {
    const secret = secretsmanager.Secret.fromSecretNameV2(stack, 'Headers', 'datadog-headers');
    return { destination: { type: 'datadog', headers: ecs.Secret.fromSecretsManager(secret), site: 'datadoghq.eu' } };
  });
  assertExporter(template, {
    Environment: Match.arrayWith([
      { Name: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', Value: 'https://otlp.datadoghq.eu/v1/metrics' },
      { Name: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', Value: 'delta' },
    ]),
    Secrets: [{ Name: 'OTEL_EXPORTER_OTLP_METRICS_HEADERS', ValueFrom: Match.anyValue() }],
  });
});

test('variables, labels, sizes and logs can be set', () => {
  const template = synthesize(fargateTask, () => ({
    environment: { INTERVAL: '30' },
    dockerLabels: { team: 'shop' },
    cpu: 64,
    memoryLimitMiB: 256,
    logging: ecs.LogDriver.awsLogs({ streamPrefix: 'exporter' }),
  }));
  assertExporter(template, {
    Environment: [{ Name: 'INTERVAL', Value: '30' }],
    DockerLabels: Match.objectLike({ team: 'shop', PROMETHEUS_EXPORTER_PORT: '9545' }),
    Cpu: 64,
    Memory: 256,
    LogConfiguration: Match.objectLike({ LogDriver: 'awslogs' }),
  });
});

test('a secret cannot be a plain variable', () => {
  const environment = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20simulated' };
  assert.throws(
    () => synthesize(fargateTask, () => ({ environment })),
    /environment: OTEL_EXPORTER_OTLP_HEADERS holds a secret; pass it through secrets/,
  );
});

test('dependents start after the exporter and stop before it', () => {
  const template = synthesize(fargateTask, (_, web) => ({ dependents: [web] }));
  template.hasResourceProperties('AWS::ECS::TaskDefinition', {
    ContainerDefinitions: Match.arrayWith([
      Match.objectLike({
        Name: 'web',
        Essential: true,
        DependsOn: [{ ContainerName: 'ecs-container-exporter', Condition: 'START' }],
      }),
    ]),
  });
});

test('on EC2, the cgroup file system of the instance can be mounted read-only', () => {
  const template = synthesize(ec2Task, () => ({ readCgroup: true }));
  assertExporter(template, {
    Environment: [{ Name: 'CGROUP_ROOT', Value: '/host/sys/fs/cgroup' }],
    MountPoints: [{ SourceVolume: 'cgroup', ContainerPath: '/host/sys/fs/cgroup', ReadOnly: true }],
  });
  template.hasResourceProperties('AWS::ECS::TaskDefinition', {
    Volumes: [{ Name: 'cgroup', Host: { SourcePath: '/sys/fs/cgroup' } }],
  });
  assert.throws(() => synthesize(fargateTask, () => ({ readCgroup: true })), /readCgroup: not available on Fargate/);
});
