import type { MetricRow } from './row.ts';

/** The disk of a Fargate task. */
export const STORAGE_ROWS = {
  ephemeral_storage_used_bytes: {
    family: 'task',
    kind: 'gauge',
    valueType: 'int',
    description:
      'Disk of the task that is in use, in bytes. Fargate on Linux only; without what Fargate keeps for itself.',
    source: 'EphemeralStorageMetrics.Utilized x 2^20',
    stability: 'stable',
    ecs: { name: 'ephemeral_storage_used_bytes', levels: ['task'] },
    semconv: { task: 'aws.ecs.task.ephemeral_storage.usage', unit: 'By', kind: 'updowncounter' },
  },
  ephemeral_storage_reserved_bytes: {
    family: 'task',
    kind: 'gauge',
    valueType: 'int',
    description: 'Disk that the task has, in bytes. Fargate on Linux only.',
    source: 'EphemeralStorageMetrics.Reserved x 2^20',
    stability: 'stable',
    ecs: { name: 'ephemeral_storage_reserved_bytes', levels: ['task'] },
    semconv: { task: 'aws.ecs.task.ephemeral_storage.limit', unit: 'By', kind: 'updowncounter' },
  },
  ephemeral_storage_usage_ratio: {
    family: 'task',
    kind: 'gauge',
    valueType: 'double',
    description: 'Disk in use as a share of what the task has (1 = all of it).',
    source: 'EphemeralStorageMetrics.Utilized / Reserved; in ecs rounded to 4 digits',
    stability: 'stable',
    ecs: { name: 'ephemeral_storage_usage_ratio', levels: ['task'], isRounded: true },
    semconv: { task: 'aws.ecs.task.ephemeral_storage.utilization', unit: '1' },
  },
} as const satisfies Record<string, MetricRow>;
