import type { MetricRow, SemconvNames } from './row.ts';

type Direction = 'read' | 'write';

const IO = 'Bytes read from and written to block devices.';
const OPERATIONS = 'Read and write operations of block devices.';

function task(name: 'io' | 'operations', unit: string, direction: Direction, description: string): SemconvNames {
  return { task: `aws.ecs.task.disk.${name}`, unit, constants: { 'disk.io.direction': direction }, description };
}

function container(name: string, unit: string, direction: Direction, description: string): SemconvNames {
  return { container: name, unit, constants: { 'disk.io.direction': direction }, description };
}

function total(name: string, description: string, source: string, semconv: SemconvNames): MetricRow {
  return {
    family: 'disk',
    kind: 'counter',
    valueType: 'int',
    description,
    source,
    stability: 'compatible',
    ecs: { name, levels: ['container', 'task'] },
    semconv,
  };
}

function perDevice(description: string, source: string, semconv: SemconvNames): MetricRow {
  return {
    family: 'disk',
    kind: 'counter',
    valueType: 'int',
    description,
    source,
    stability: 'development',
    dimensions: ['device'],
    semconv,
  };
}

function totalSource(list: string, operation: 'Read' | 'Write', windows: string): string {
  return `${list}, op ${operation}, summed over devices; storage_stats.${windows} (Windows)`;
}

const BYTES_SOURCE = 'io_service_bytes_recursive';
const OPERATIONS_SOURCE = 'io_serviced_recursive';

export const DISK_ROWS = {
  disk_read_bytes: total(
    'disk_read_bytes',
    'Bytes read from block devices since the container started.',
    totalSource(BYTES_SOURCE, 'Read', 'read_size_bytes'),
    task('io', 'By', 'read', IO),
  ),
  disk_written_bytes: total(
    'disk_written_bytes',
    'Bytes written to block devices since the container started.',
    totalSource(BYTES_SOURCE, 'Write', 'write_size_bytes'),
    task('io', 'By', 'write', IO),
  ),
  disk_read_iops: total(
    'disk_read_iops',
    'Read operations since the container started (a count, not a rate). Not on cgroup v2.',
    totalSource(OPERATIONS_SOURCE, 'Read', 'read_count_normalized'),
    task('operations', '{operation}', 'read', OPERATIONS),
  ),
  disk_written_iops: total(
    'disk_written_iops',
    'Write operations since the container started (a count, not a rate). Not on cgroup v2.',
    totalSource(OPERATIONS_SOURCE, 'Write', 'write_count_normalized'),
    task('operations', '{operation}', 'write', OPERATIONS),
  ),
  device_read_bytes: perDevice(IO, BYTES_SOURCE, container('container.disk.io', 'By', 'read', IO)),
  device_written_bytes: perDevice(IO, BYTES_SOURCE, container('container.disk.io', 'By', 'write', IO)),
  device_reads: perDevice(
    OPERATIONS,
    OPERATIONS_SOURCE,
    container('aws.ecs.container.disk.operations', '{operation}', 'read', OPERATIONS),
  ),
  device_writes: perDevice(
    OPERATIONS,
    OPERATIONS_SOURCE,
    container('aws.ecs.container.disk.operations', '{operation}', 'write', OPERATIONS),
  ),
} as const satisfies Record<string, MetricRow>;
