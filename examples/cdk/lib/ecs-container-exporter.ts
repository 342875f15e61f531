import { Duration } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type Destination, settingsOf } from './destinations.ts';
import { isSecretVariable } from './secret-variables.ts';

/** The port that Prometheus scrapes. */
export const EXPORTER_PORT = 9545;

const CGROUP_ROOT = '/host/sys/fs/cgroup';

const DISCOVERY_LABELS = {
  PROMETHEUS_EXPORTER_PORT: String(EXPORTER_PORT),
  ECS_PROMETHEUS_EXPORTER_PORT: String(EXPORTER_PORT),
  ECS_PROMETHEUS_METRICS_PATH: '/metrics',
};

export interface EcsContainerExporterProps {
  /** The task definition to which the exporter is added, on Fargate or EC2. */
  readonly taskDefinition: ecs.TaskDefinition;
  readonly image: ecs.ContainerImage;
  readonly destination: Destination;
  /** CPU units. @default 32 */
  readonly cpu?: number;
  /** @default 128 */
  readonly memoryLimitMiB?: number;
  /** Additional variables, without secrets. They take precedence over those of the destination. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Additional variables whose values ECS reads from Secrets Manager or Parameter Store. */
  readonly secrets?: Readonly<Record<string, ecs.Secret>>;
  /** Additional Docker labels. */
  readonly dockerLabels?: Readonly<Record<string, string>>;
  /** @default no logs */
  readonly logging?: ecs.LogDriver;
  /** The host port with network mode `bridge`; 0 lets Docker choose. @default 9545 */
  readonly hostPort?: number;
  /** Mounts the cgroup file system of the EC2 instance, for CPU throttling and OOM kills of the task. @default false */
  readonly readCgroup?: boolean;
  /**
   * Containers that start after the exporter and stop before it, so that a pushing exporter also exports their last values.
   * They do not start if the exporter cannot start. @default none
   */
  readonly dependents?: readonly ecs.ContainerDefinition[];
}

/** Adds ecs-container-exporter to a task definition, as a sidecar. */
export class EcsContainerExporter extends Construct {
  readonly container: ecs.ContainerDefinition;

  constructor(scope: Construct, id: string, props: EcsContainerExporterProps) {
    super(scope, id);
    const { taskDefinition, destination } = props;
    const environment = environmentOf(this, props);
    const isScraped = destination.type === 'prometheus';
    const linuxParameters = new ecs.LinuxParameters(this, 'LinuxParameters');
    linuxParameters.dropCapabilities(ecs.Capability.ALL);

    this.container = taskDefinition.addContainer('ecs-container-exporter', {
      image: props.image,
      essential: false,
      cpu: props.cpu ?? 32,
      memoryLimitMiB: props.memoryLimitMiB ?? 128,
      user: '65532',
      readonlyRootFilesystem: true,
      linuxParameters,
      enableRestartPolicy: true,
      // 0: stopped by a signal; 2: invalid configuration.
      restartIgnoredExitCodes: [0, 2],
      restartAttemptPeriod: Duration.seconds(60),
      // The last export takes up to 12 seconds.
      stopTimeout: Duration.seconds(15),
      environment,
      secrets: { ...settingsOf(this, destination).secrets, ...props.secrets },
      dockerLabels: { ...(isScraped ? DISCOVERY_LABELS : {}), ...props.dockerLabels },
      portMappings: isScraped ? [portMapping(props)] : [],
      healthCheck: {
        command: ['CMD', '/nodejs/bin/node', '/app/ecs-container-exporter.cjs', 'healthcheck'],
        interval: Duration.seconds(30),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(30),
      },
      ...(props.logging === undefined ? {} : { logging: props.logging }),
    });

    if (props.readCgroup === true) this.mountCgroup(taskDefinition);
    if (destination.type === 'cloudwatch') {
      // This action has no resource-level permissions.
      const statement = new iam.PolicyStatement({ actions: ['cloudwatch:PutMetricData'], resources: ['*'] });
      taskDefinition.addToTaskRolePolicy(statement);
    }
    for (const container of props.dependents ?? []) {
      container.addContainerDependencies({
        container: this.container,
        condition: ecs.ContainerDependencyCondition.START,
      });
    }
  }

  private mountCgroup(taskDefinition: ecs.TaskDefinition): void {
    if (taskDefinition.isFargateCompatible) throw new Error('readCgroup: not available on Fargate');
    taskDefinition.addVolume({ name: 'cgroup', host: { sourcePath: '/sys/fs/cgroup' } });
    this.container.addMountPoints({ sourceVolume: 'cgroup', containerPath: CGROUP_ROOT, readOnly: true });
  }
}

function environmentOf(scope: Construct, props: EcsContainerExporterProps): Record<string, string> {
  const secret = Object.keys(props.environment ?? {}).find(isSecretVariable);
  if (secret !== undefined) throw new Error(`environment: ${secret} holds a secret; pass it through secrets`);
  return {
    ...settingsOf(scope, props.destination).environment,
    ...(props.readCgroup === true ? { CGROUP_ROOT } : {}),
    ...props.environment,
  };
}

function portMapping({ taskDefinition, hostPort = EXPORTER_PORT }: EcsContainerExporterProps): ecs.PortMapping {
  const port = { containerPort: EXPORTER_PORT, protocol: ecs.Protocol.TCP };
  return taskDefinition.networkMode === ecs.NetworkMode.BRIDGE ? { ...port, hostPort } : port;
}
