import { divided, epochSeconds, truth } from './arithmetic.ts';
import type { MetricRow } from './row.ts';

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
    task: ({ task: { ephemeralStorage } }) => divided(ephemeralStorage?.usedMib, ephemeralStorage?.reservedMib),
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
    task: ({ task }) => divided(task.clock?.errorBoundMs, MS_PER_SECOND),
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
    task: ({ task }) => truth(task.clock?.isSynchronized),
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
