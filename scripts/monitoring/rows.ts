import type { RowChoice } from './metrics.ts';

/** Rows that have the same meaning in both vocabularies, under different ids. */
export const PAIRS = {
  /** CPU of the task as a fraction of its limit. */
  taskCpu: { ecs: 'cpu_usage_ratio', semconv: 'cpu_limit_utilization' },
  /** CPU of a container as a fraction of its CPU units. */
  containerCpu: { ecs: 'cpu_usage_ratio', semconv: 'cpu_reservation_utilization' },
  readBytes: { ecs: 'disk_read_bytes', semconv: 'device_read_bytes' },
  writtenBytes: { ecs: 'disk_written_bytes', semconv: 'device_written_bytes' },
  reads: { ecs: 'disk_read_iops', semconv: 'device_reads' },
  writes: { ecs: 'disk_written_iops', semconv: 'device_writes' },
} as const satisfies Readonly<Record<string, RowChoice>>;
