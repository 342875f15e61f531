import { HEALTH_STATES, type Health, splitImage } from '../snapshot/container-info.ts';
import { epochSeconds, secondsBetween } from './arithmetic.ts';
import type { MetricRow, Point } from './row.ts';
import type { ContainerScope } from './scope.ts';
import { type MaybeDimensions, present } from './vocabulary.ts';

/** Exported for a stopped container too, as long as ECS lists it. */
export const LIFECYCLE_ROWS = {
  container_info: {
    family: 'lifecycle',
    kind: 'gauge',
    valueType: 'int',
    description: 'Metadata of the container as attributes, with a constant value of 1. Join on the container name.',
    source: 'DockerId, Image, ImageID, ContainerARN, DockerName, Snapshotter; Labels selected by --container-labels',
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
    description: 'Whether the container is running (1) or not (0).',
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
    description: 'Known and desired status of the container as attributes, with a constant value of 1.',
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
      'Health check status of the container: 1 for the current status, 0 for the others. Absent if stopped or without a health check.',
    note: 'The statuses are HEALTHY, UNHEALTHY and UNKNOWN.',
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
    description: 'Time of the last health status change of the container, in seconds since the epoch.',
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
      'Exit code of the last completed run of the container. 137 is SIGKILL: an OOM kill, or a stop that timed out.',
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
    description: 'In-place restarts of the container by its restart policy. Absent without a restart policy.',
    source: 'RestartCount',
    stability: 'stable',
    ecs: { name: 'container_restarts' },
    semconv: { container: 'aws.ecs.container.restarts', unit: '{restart}' },
    // No start time: a restart changes every time that ECS reports (on Fargate also CreatedAt), but the count continues.
    container: ({ info }) => [{ value: info.restartCount, startTimeNs: null }],
  },
  container_creation_time_seconds: {
    family: 'lifecycle',
    kind: 'gauge',
    valueType: 'double',
    description: 'Creation time of the container, in seconds since the epoch. On Fargate, the same as the start time.',
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
    description: 'Time of the last start of the container, in seconds since the epoch.',
    source: 'StartedAt; on EC2, after a restart by a restart policy: FinishedAt, the end of the previous run',
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
    description: 'Time at which the container last stopped, in seconds since the epoch.',
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
    description: 'Time since the last start of the container, as of its last sample, in seconds.',
    source:
      'read - StartedAt; on EC2, after a restart by a restart policy: read - FinishedAt, the end of the previous run',
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

/** The agent keeps reporting the last health of a stopped container, which is no longer checked. */
function healthOf({ info }: ContainerScope): Health | undefined {
  return info.knownStatus === 'STOPPED' ? undefined : info.health;
}

function health(scope: ContainerScope): readonly Point[] {
  const current = healthOf(scope);
  if (current === undefined) return [];
  return HEALTH_STATES.map((healthState) => ({
    value: Number(current.state === healthState),
    dimensions: { healthState },
  }));
}
