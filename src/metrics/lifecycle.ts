import { HEALTH_STATES, type Health, splitImage } from '../snapshot/container-info.ts';
import { epochSeconds, secondsBetween } from './arithmetic.ts';
import type { MetricRow, Point } from './row.ts';
import type { ContainerScope } from './scope.ts';
import { type MaybeDimensions, present } from './vocabulary.ts';

/** A container that has stopped keeps what is known of it for as long as ECS lists it. */
export const LIFECYCLE_ROWS = {
  container_info: {
    family: 'lifecycle',
    kind: 'gauge',
    valueType: 'int',
    description: 'What a container is: always 1; join on the name of the container.',
    source: 'DockerId, Image, ImageID, ContainerARN, DockerName, Snapshotter; Labels that --container-labels names',
    stability: 'stable',
    dimensions: [
      'containerId',
      'image',
      'imageName',
      'imageTags',
      'imageId',
      'containerArn',
      'dockerName',
      'snapshotter',
    ],
    hasLabels: true,
    ecs: { name: 'container_info' },
    semconv: { container: 'aws.ecs.container.info', unit: '{container}' },
    container: identity,
  },
  container_running: {
    family: 'lifecycle',
    kind: 'gauge',
    valueType: 'int',
    description: 'Whether the container runs: 1, else 0.',
    source: 'KnownStatus is RUNNING',
    stability: 'stable',
    ecs: { name: 'container_running' },
    semconv: { container: 'aws.ecs.container.running', unit: '{container}' },
    container: ({ info }) => (info.knownStatus === undefined ? undefined : Number(info.knownStatus === 'RUNNING')),
  },
  container_status: {
    family: 'lifecycle',
    kind: 'gauge',
    valueType: 'int',
    description: 'Which status the container has, and which it is to have: always 1, one series a container.',
    source: 'KnownStatus, DesiredStatus',
    stability: 'stable',
    dimensions: ['knownStatus', 'desiredStatus'],
    ecs: { name: 'container_status' },
    semconv: { container: 'aws.ecs.container.status', unit: '{container}', kind: 'updowncounter' },
    container: status,
  },
  container_health: {
    family: 'lifecycle',
    kind: 'gauge',
    valueType: 'int',
    description:
      'What the health check of the container says: 1 for the present state, 0 for the others (HEALTHY, UNHEALTHY, UNKNOWN). Absent without a health check, and once the container has stopped.',
    source: 'Health.status',
    stability: 'stable',
    dimensions: ['healthState'],
    ecs: { name: 'container_health' },
    semconv: { container: 'aws.ecs.container.health.status', unit: '{container}', kind: 'updowncounter' },
    container: health,
  },
  container_health_since_seconds: {
    family: 'lifecycle',
    kind: 'gauge',
    valueType: 'double',
    description: 'When the health of the container became what it is, in seconds since the epoch.',
    source: 'Health.statusSince',
    stability: 'stable',
    optIn: ['ecs', 'semconv'],
    ecs: { name: 'container_health_since_seconds' },
    semconv: { container: 'aws.ecs.container.health.since', unit: 's' },
    container: (scope) => epochSeconds(healthOf(scope)?.sinceNs),
  },
  container_exit_code: {
    family: 'lifecycle',
    kind: 'gauge',
    valueType: 'int',
    description:
      'Exit code of the last run of the container, once it has ended; 137 is SIGKILL: out of memory, or a stop that took too long.',
    source: 'ExitCode',
    stability: 'stable',
    ecs: { name: 'container_exit_code' },
    semconv: { container: 'aws.ecs.container.exit_code', unit: '{code}' },
    container: ({ info }) => info.exitCode,
  },
  container_restarts: {
    family: 'lifecycle',
    kind: 'counter',
    valueType: 'int',
    description: 'How often ECS has started the container again in place. Absent without a restart policy.',
    source: 'RestartCount',
    stability: 'stable',
    ecs: { name: 'container_restarts' },
    semconv: { container: 'aws.ecs.container.restarts', unit: '{restart}' },
    // No start time: every time that ECS reports changes with a restart (on Fargate CreatedAt too); the count continues.
    container: ({ info }) => [{ value: info.restartCount, startTimeNs: null }],
  },
  container_creation_time_seconds: {
    family: 'lifecycle',
    kind: 'gauge',
    valueType: 'double',
    description: 'When the container was created, in seconds since the epoch. On Fargate the same as its start.',
    source: 'CreatedAt',
    stability: 'stable',
    optIn: ['ecs', 'semconv'],
    ecs: { name: 'container_creation_time_seconds' },
    semconv: { container: 'aws.ecs.container.creation_time', unit: 's' },
    container: ({ info }) => epochSeconds(info.createdNs),
  },
  container_start_time_seconds: {
    family: 'lifecycle',
    kind: 'gauge',
    valueType: 'double',
    description: 'When the container started last, in seconds since the epoch.',
    source: 'StartedAt; on EC2 after a restart by a restart policy: FinishedAt, the end of the previous run',
    stability: 'stable',
    optIn: ['semconv'],
    ecs: { name: 'container_start_time_seconds' },
    semconv: { container: 'aws.ecs.container.start_time', unit: 's' },
    container: ({ info, isStartUnknown }) => (isStartUnknown ? undefined : epochSeconds(info.startedAtNs)),
  },
  container_finish_time_seconds: {
    family: 'lifecycle',
    kind: 'gauge',
    valueType: 'double',
    description: 'When the container ended last, in seconds since the epoch.',
    source: 'FinishedAt',
    stability: 'stable',
    ecs: { name: 'container_finish_time_seconds' },
    semconv: { container: 'aws.ecs.container.finish_time', unit: 's' },
    container: ({ info }) => epochSeconds(info.finishedNs),
  },
  container_uptime_seconds: {
    family: 'lifecycle',
    kind: 'gauge',
    valueType: 'double',
    description: 'How long the container has been running, in seconds, as of its last sample.',
    source:
      'read - StartedAt; on EC2 after a restart by a restart policy: read - FinishedAt, the end of the previous run',
    isSampled: true,
    stability: 'development',
    optIn: ['ecs'],
    ecs: { name: 'container_uptime_seconds' },
    semconv: { container: 'container.uptime', unit: 's' },
    container: ({ runStartNs, sample }) => secondsBetween(runStartNs, sample?.readNs),
  },
} as const satisfies Record<string, MetricRow>;

function identity({ info }: ContainerScope): readonly Point[] {
  const dimensions = (image: MaybeDimensions) =>
    present({
      containerId: info.id,
      ...image,
      imageId: info.imageId,
      containerArn: info.arn,
      dockerName: info.dockerName,
      snapshotter: info.snapshotter,
    });
  return [
    { value: 1, dimensions: dimensions({ image: info.image }), only: 'ecs' },
    { value: 1, dimensions: dimensions(nameAndTag(info.image)), only: 'semconv' },
  ];
}

function nameAndTag(image: string | undefined): MaybeDimensions {
  if (image === undefined) return {};
  const { name, tag } = splitImage(image);
  return { imageName: name, imageTags: tag === undefined ? undefined : [tag] };
}

function status({ info: { knownStatus, desiredStatus } }: ContainerScope): readonly Point[] {
  return knownStatus === undefined ? [] : [{ value: 1, dimensions: present({ knownStatus, desiredStatus }) }];
}

/** The agent goes on telling the last health of a container that has stopped: nobody checks it any more. */
function healthOf({ info }: ContainerScope): Health | undefined {
  return info.knownStatus === 'STOPPED' ? undefined : info.health;
}

function health(scope: ContainerScope): readonly Point[] {
  const now = healthOf(scope);
  if (now === undefined) return [];
  return HEALTH_STATES.map((healthState) => ({
    value: Number(now.state === healthState),
    dimensions: { healthState },
  }));
}
