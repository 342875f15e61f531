import { countErrors } from '../snapshot/task-info.ts';
import { epochSeconds, secondsBetween, truth } from './arithmetic.ts';
import { present } from './dimensions.ts';
import { LINUX, type MetricRow, type Point } from './row.ts';
import type { TaskScope } from './scope.ts';

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
    task: ({ task }) => truth(task.isFaultInjectionEnabled),
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
