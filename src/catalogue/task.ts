import type { MetricRow } from './row.ts';

/** What `/task` says of the task itself, and what no resource attribute says: those may not change. */
export const TASK_ROWS = {
  task_info: {
    family: 'task',
    kind: 'gauge',
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
    ecs: { name: 'info', levels: ['task'] },
  },
  task_status: {
    family: 'task',
    kind: 'gauge',
    description: 'Which status the task has, and which it is to have: always 1, one series.',
    source: 'KnownStatus, DesiredStatus',
    stability: 'stable',
    dimensions: ['knownStatus', 'desiredStatus'],
    ecs: { name: 'status', levels: ['task'] },
    semconv: { task: 'aws.ecs.task.status', unit: '{task}', kind: 'updowncounter' },
  },
  task_image_pull_duration_seconds: {
    family: 'task',
    kind: 'gauge',
    description: 'How long it took to pull the images of the task, from the first to the last, in seconds.',
    source: 'PullStoppedAt - PullStartedAt',
    stability: 'stable',
    ecs: { name: 'image_pull_duration_seconds', levels: ['task'] },
    semconv: { task: 'aws.ecs.task.image_pull.duration', unit: 's' },
  },
  task_execution_stop_time_seconds: {
    family: 'task',
    kind: 'gauge',
    description: 'When the task was told to stop, in seconds since the epoch; absent as long as it was not.',
    source: 'ExecutionStoppedAt',
    stability: 'stable',
    ecs: { name: 'execution_stop_time_seconds', levels: ['task'] },
    semconv: { task: 'aws.ecs.task.execution_stop_time', unit: 's' },
  },
  task_fault_injection_enabled: {
    family: 'task',
    kind: 'gauge',
    description:
      'Whether the task definition allows fault injection: 1, else 0. Absent where the endpoint does not say.',
    source: 'FaultInjectionEnabled',
    stability: 'stable',
    ecs: { name: 'fault_injection_enabled', levels: ['task'] },
    semconv: { task: 'aws.ecs.task.fault_injection.enabled', unit: '{task}' },
  },
  task_metadata_errors: {
    family: 'task',
    kind: 'gauge',
    description: 'Errors that the endpoint lists in its last answer with metadata of the task, by code.',
    source: 'Errors of /task, and of /taskWithTags where --task-tags asks for it',
    stability: 'stable',
    dimensions: ['reason'],
    ecs: { name: 'metadata_errors', levels: ['task'] },
    semconv: { task: 'aws.ecs.task.metadata.errors', unit: '{error}' },
  },
} as const satisfies Record<string, MetricRow>;
