import type { MetricRow } from './row.ts';

/** The clock of the host, on Fargate and Managed Instances. */
export const CLOCK_ROWS = {
  clock_error_bound_seconds: {
    family: 'task',
    kind: 'gauge',
    valueType: 'double',
    description: 'How far off the clock of the host is at most, in seconds. Fargate and Managed Instances only.',
    source: 'ClockDrift.ClockErrorBound / 1000',
    stability: 'stable',
    ecs: { name: 'clock_error_bound_seconds', levels: ['task'] },
    semconv: { task: 'aws.ecs.task.clock.error_bound', unit: 's' },
  },
  clock_synchronized: {
    family: 'task',
    kind: 'gauge',
    valueType: 'int',
    description: 'Whether the clock of the host is synchronized: 1, else 0. Fargate and Managed Instances only.',
    source: 'ClockDrift.ClockSynchronizationStatus',
    stability: 'stable',
    ecs: { name: 'clock_synchronized', levels: ['task'] },
    semconv: { task: 'aws.ecs.task.clock.synchronized', unit: '{clock}' },
  },
  clock_reference_time_seconds: {
    family: 'task',
    kind: 'gauge',
    valueType: 'double',
    description: 'When the error of the clock was found out, in seconds since the epoch.',
    source: 'ClockDrift.ReferenceTimestamp',
    stability: 'stable',
    optIn: ['ecs', 'semconv'],
    ecs: { name: 'clock_reference_time_seconds', levels: ['task'] },
    semconv: { task: 'aws.ecs.task.clock.reference_time', unit: 's' },
  },
} as const satisfies Record<string, MetricRow>;
