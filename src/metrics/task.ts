import { countErrors } from '../snapshot/task-info.ts';
import { booleanValue, divide, epochSeconds, secondsBetween } from './arithmetic.ts';
import { LINUX, type MetricRow, type Point } from './row.ts';
import type { TaskScope } from './scope.ts';
import { present } from './vocabulary.ts';

/** Task metadata from `/task`. Values that can change are not resource attributes. */
export const TASK_ROWS = {
  task_info: {
    family: 'task',
    kind: 'gauge',
    valueType: 'int',
    description:
      'Metadata of the task as labels, with a constant value of 1. Also exported as the OpenTelemetry resource (target_info).',
    source:
      'Cluster (name only), TaskARN, Family, Revision, ServiceName, LaunchType, AvailabilityZone, AvailabilityZoneID, VPCID',
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
    description: 'Known and desired status of the task as attributes, with a constant value of 1.',
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
    description:
      'Duration of the image pulls of the task, from the start of the first to the end of the last, in seconds.',
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
    description: 'Time at which ECS began to stop the task, in seconds since the epoch. Absent until then.',
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
      'Whether the task definition enables fault injection (1) or not (0). Absent if the endpoint does not report it.',
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
    description: 'Errors listed in the latest metadata response for the task, by code.',
    source: 'Errors of /task, and of /taskWithTags if --task-tags is set',
    stability: 'stable',
    dimensions: ['reason'],
    ecs: { name: 'metadata_errors' },
    semconv: { task: 'aws.ecs.task.metadata.errors', unit: '{error}' },
    task: metadataErrors,
  },
} as const satisfies Record<string, MetricRow>;

const MIB = 1024 ** 2;
const MS_PER_SECOND = 1000;

/** Ephemeral storage (Fargate) and the host clock (Fargate and Managed Instances). */
export const TASK_HOST_ROWS = {
  ephemeral_storage_used_bytes: {
    family: 'task',
    kind: 'gauge',
    valueType: 'int',
    description:
      'Ephemeral storage used by the task, in bytes, excluding storage that Fargate reserves. Fargate on Linux only.',
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
    description: 'Ephemeral storage allocated to the task, in bytes. Fargate on Linux only.',
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
    description: 'Used ephemeral storage as a fraction of the allocated storage (1 = 100%).',
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
    description: 'Maximum error of the host clock, in seconds. Fargate and Managed Instances only.',
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
    description: 'Whether the host clock is synchronized (1) or not (0). Fargate and Managed Instances only.',
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
    description: 'Time at which the error of the host clock was determined, in seconds since the epoch.',
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
    // On EC2 the name of the cluster, on Fargate its ARN.
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
