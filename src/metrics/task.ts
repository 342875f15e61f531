import { countErrors } from '../snapshot/task-info.ts';
import { booleanValue, divide, epochSeconds, secondsBetween } from './arithmetic.ts';
import { LINUX, type MetricRow, type Point } from './row.ts';
import type { TaskScope } from './scope.ts';
import { present } from './vocabulary.ts';

/** What `/task` says of the task itself, and what no resource attribute says: those may not change. */
export const TASK_ROWS = {
  task_info: {
    family: 'task',
    kind: 'gauge',
    valueType: 'int',
    description:
      'What the task is: always 1. In OpenTelemetry that is the resource, so Prometheus has it in target_info as well.',
    source:
      'Cluster (its name), TaskARN, Family, Revision, ServiceName, LaunchType, AvailabilityZone, AvailabilityZoneID, VPCID',
    stability: 'stable',
    dimensions: [
      'cluster',
      'taskArn',
      'taskFamily',
      'revision',
      'service',
      'launchType',
      'availabilityZone',
      'availabilityZoneId',
      'vpcId',
    ],
    ecs: { name: 'info' },
    task: identity,
  },
  task_status: {
    family: 'task',
    kind: 'gauge',
    valueType: 'int',
    description: 'Which status the task has, and which it is to have: always 1, one series.',
    source: 'KnownStatus, DesiredStatus',
    stability: 'stable',
    dimensions: ['knownStatus', 'desiredStatus'],
    ecs: { name: 'status' },
    semconv: { task: 'aws.ecs.task.status', unit: '{task}', kind: 'updowncounter' },
    task: status,
  },
  task_image_pull_duration_seconds: {
    family: 'task',
    kind: 'gauge',
    valueType: 'double',
    description: 'How long it took to pull the images of the task, from the first to the last, in seconds.',
    source: 'PullStoppedAt - PullStartedAt',
    stability: 'stable',
    ecs: { name: 'image_pull_duration_seconds' },
    semconv: { task: 'aws.ecs.task.image_pull.duration', unit: 's' },
    task: ({ task }) => secondsBetween(task.pullStartedNs, task.pullStoppedNs),
  },
  task_execution_stop_time_seconds: {
    family: 'task',
    kind: 'gauge',
    valueType: 'double',
    description: 'When the task was told to stop, in seconds since the epoch; absent as long as it was not.',
    source: 'ExecutionStoppedAt',
    stability: 'stable',
    ecs: { name: 'execution_stop_time_seconds' },
    semconv: { task: 'aws.ecs.task.execution_stop_time', unit: 's' },
    task: ({ task }) => epochSeconds(task.executionStoppedNs),
  },
  task_fault_injection_enabled: {
    family: 'task',
    kind: 'gauge',
    valueType: 'int',
    description:
      'Whether the task definition allows fault injection: 1, else 0. Absent where the endpoint does not say.',
    source: 'FaultInjectionEnabled',
    stability: 'stable',
    ecs: { name: 'fault_injection_enabled' },
    semconv: { task: 'aws.ecs.task.fault_injection.enabled', unit: '{task}' },
    platforms: LINUX,
    task: ({ task }) => booleanValue(task.isFaultInjectionEnabled),
  },
  task_metadata_errors: {
    family: 'task',
    kind: 'gauge',
    valueType: 'int',
    description: 'Errors that the endpoint lists in its last answer with metadata of the task, by code.',
    source: 'Errors of /task, and of /taskWithTags where --task-tags asks for it',
    stability: 'stable',
    dimensions: ['reason'],
    ecs: { name: 'metadata_errors' },
    semconv: { task: 'aws.ecs.task.metadata.errors', unit: '{error}' },
    task: metadataErrors,
  },
} as const satisfies Record<string, MetricRow>;

const MIB = 1024 ** 2;
const MS_PER_SECOND = 1000;

/** The disk of a Fargate task, and the clock of the host, on Fargate and Managed Instances. */
export const TASK_HOST_ROWS = {
  ephemeral_storage_used_bytes: {
    family: 'task',
    kind: 'gauge',
    valueType: 'int',
    description:
      'Disk of the task that is in use, in bytes. Fargate on Linux only; without what Fargate keeps for itself.',
    source: 'EphemeralStorageMetrics.Utilized x 2^20',
    stability: 'stable',
    ecs: { name: 'ephemeral_storage_used_bytes' },
    semconv: { task: 'aws.ecs.task.ephemeral_storage.usage', unit: 'By', kind: 'updowncounter' },
    platforms: ['Fargate'],
    task: ({ task }) => bytes(task.ephemeralStorage?.usedMib),
  },
  ephemeral_storage_reserved_bytes: {
    family: 'task',
    kind: 'gauge',
    valueType: 'int',
    description: 'Disk that the task has, in bytes. Fargate on Linux only.',
    source: 'EphemeralStorageMetrics.Reserved x 2^20',
    stability: 'stable',
    ecs: { name: 'ephemeral_storage_reserved_bytes' },
    semconv: { task: 'aws.ecs.task.ephemeral_storage.limit', unit: 'By', kind: 'updowncounter' },
    platforms: ['Fargate'],
    task: ({ task }) => bytes(task.ephemeralStorage?.reservedMib),
  },
  ephemeral_storage_usage_ratio: {
    family: 'task',
    kind: 'gauge',
    valueType: 'double',
    description: 'Disk in use as a share of what the task has (1 = all of it).',
    source: 'EphemeralStorageMetrics.Utilized / Reserved; in ecs rounded to 4 digits',
    stability: 'stable',
    ecs: { name: 'ephemeral_storage_usage_ratio', isRounded: true },
    semconv: { task: 'aws.ecs.task.ephemeral_storage.utilization', unit: '1' },
    platforms: ['Fargate'],
    task: ({ task: { ephemeralStorage } }) => divide(ephemeralStorage?.usedMib, ephemeralStorage?.reservedMib),
  },
  clock_error_bound_seconds: {
    family: 'task',
    kind: 'gauge',
    valueType: 'double',
    description: 'How far off the clock of the host is at most, in seconds. Fargate and Managed Instances only.',
    source: 'ClockDrift.ClockErrorBound / 1000',
    stability: 'stable',
    ecs: { name: 'clock_error_bound_seconds' },
    semconv: { task: 'aws.ecs.task.clock.error_bound', unit: 's' },
    platforms: ['Fargate'],
    task: ({ task }) => divide(task.clock?.errorBoundMs, MS_PER_SECOND),
  },
  clock_synchronized: {
    family: 'task',
    kind: 'gauge',
    valueType: 'int',
    description: 'Whether the clock of the host is synchronized: 1, else 0. Fargate and Managed Instances only.',
    source: 'ClockDrift.ClockSynchronizationStatus',
    stability: 'stable',
    ecs: { name: 'clock_synchronized' },
    semconv: { task: 'aws.ecs.task.clock.synchronized', unit: '{clock}' },
    platforms: ['Fargate'],
    task: ({ task }) => booleanValue(task.clock?.isSynchronized),
  },
  clock_reference_time_seconds: {
    family: 'task',
    kind: 'gauge',
    valueType: 'double',
    description: 'When the error of the clock was found out, in seconds since the epoch.',
    source: 'ClockDrift.ReferenceTimestamp',
    stability: 'stable',
    optIn: ['ecs', 'semconv'],
    ecs: { name: 'clock_reference_time_seconds' },
    semconv: { task: 'aws.ecs.task.clock.reference_time', unit: 's' },
    platforms: ['Fargate'],
    task: ({ task }) => epochSeconds(task.clock?.referenceNs),
  },
} as const satisfies Record<string, MetricRow>;

function bytes(mib: number | undefined): number | undefined {
  return mib === undefined ? undefined : mib * MIB;
}

function identity({ task }: TaskScope): readonly Point[] {
  const dimensions = present({
    // EC2 gives the cluster's name, Fargate its ARN.
    cluster: task.cluster?.slice(task.cluster.lastIndexOf('/') + 1),
    taskArn: task.arn,
    taskFamily: task.family,
    revision: task.revision,
    service: task.serviceName,
    launchType: task.launchType,
    availabilityZone: task.availabilityZone,
    availabilityZoneId: task.availabilityZoneId,
    vpcId: task.vpcId,
  });
  return Object.keys(dimensions).length === 0 ? [] : [{ value: 1, dimensions }];
}

function status({ task: { knownStatus, desiredStatus } }: TaskScope): readonly Point[] {
  return knownStatus === undefined ? [] : [{ value: 1, dimensions: present({ knownStatus, desiredStatus }) }];
}

function metadataErrors({ task }: TaskScope): readonly Point[] {
  return [...countErrors(task.errors ?? [])].map(([reason, value]) => ({ value, dimensions: { reason } }));
}
