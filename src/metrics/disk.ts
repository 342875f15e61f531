import { COUNTER_GROUPS, resetTimeOf } from '../history/view.ts';
import type { DeviceCounter } from '../snapshot/snapshot.ts';
import { CGROUP_1, LINUX, type MetricRow, type Platform, type Point, type SemconvNames } from './row.ts';
import type { ContainerScope } from './scope.ts';

type Direction = 'read' | 'write';

const IO = 'Bytes read from and written to block devices.';
const OPERATIONS = 'Read and write operations on block devices.';

function task(name: 'io' | 'operations', unit: string, direction: Direction, description: string): SemconvNames {
  return { task: `aws.ecs.task.disk.${name}`, unit, constants: { 'disk.io.direction': direction }, description };
}

function container(name: string, unit: string, direction: Direction, description: string): SemconvNames {
  return { container: name, unit, constants: { 'disk.io.direction': direction }, description };
}

function total(
  counter: DeviceCounter,
  name: string,
  description: string,
  source: string,
  semconv: SemconvNames,
  platforms?: readonly Platform[],
): MetricRow {
  return {
    family: 'disk',
    kind: 'counter',
    valueType: 'int',
    description,
    source,
    stability: 'compatible',
    ecs: { name },
    semconv,
    ...(platforms && { platforms }),
    container: (scope) => [totalOf(scope, counter)],
    task: ({ totals }) => totals[counter],
  };
}

function perDevice(
  counter: DeviceCounter,
  description: string,
  source: string,
  semconv: SemconvNames,
  platforms: readonly Platform[],
): MetricRow {
  return {
    family: 'disk',
    kind: 'counter',
    valueType: 'int',
    description,
    source,
    stability: 'development',
    dimensions: ['device'],
    semconv,
    platforms,
    container: (scope) => devicesOf(scope, counter),
  };
}

function totalSource(list: string, operation: 'Read' | 'Write', windows: string): string {
  return `${list}, op ${operation}, summed over devices; storage_stats.${windows} (Windows)`;
}

const BYTES_SOURCE = 'io_service_bytes_recursive';
const OPERATIONS_SOURCE = 'io_serviced_recursive';
const NO_CGROUP_2 = ['Fargate', 'EC2 v1', 'Windows'] as const;

export const DISK_ROWS = {
  disk_read_bytes: total(
    'readBytes',
    'disk_read_bytes',
    'Bytes read from block devices since the container started.',
    totalSource(BYTES_SOURCE, 'Read', 'read_size_bytes'),
    task('io', 'By', 'read', IO),
  ),
  disk_written_bytes: total(
    'writtenBytes',
    'disk_written_bytes',
    'Bytes written to block devices since the container started.',
    totalSource(BYTES_SOURCE, 'Write', 'write_size_bytes'),
    task('io', 'By', 'write', IO),
  ),
  disk_read_iops: total(
    'reads',
    'disk_read_iops',
    'Read operations since the container started (a count, not a rate). Not available on cgroup v2.',
    totalSource(OPERATIONS_SOURCE, 'Read', 'read_count_normalized'),
    task('operations', '{operation}', 'read', OPERATIONS),
    NO_CGROUP_2,
  ),
  disk_written_iops: total(
    'writes',
    'disk_written_iops',
    'Write operations since the container started (a count, not a rate). Not available on cgroup v2.',
    totalSource(OPERATIONS_SOURCE, 'Write', 'write_count_normalized'),
    task('operations', '{operation}', 'write', OPERATIONS),
    NO_CGROUP_2,
  ),
  device_read_bytes: perDevice('readBytes', IO, BYTES_SOURCE, container('container.disk.io', 'By', 'read', IO), LINUX),
  device_written_bytes: perDevice(
    'writtenBytes',
    IO,
    BYTES_SOURCE,
    container('container.disk.io', 'By', 'write', IO),
    LINUX,
  ),
  device_reads: perDevice(
    'reads',
    OPERATIONS,
    OPERATIONS_SOURCE,
    container('aws.ecs.container.disk.operations', '{operation}', 'read', OPERATIONS),
    CGROUP_1,
  ),
  device_writes: perDevice(
    'writes',
    OPERATIONS,
    OPERATIONS_SOURCE,
    container('aws.ecs.container.disk.operations', '{operation}', 'write', OPERATIONS),
    CGROUP_1,
  ),
} as const satisfies Record<string, MetricRow>;

function totalOf(scope: ContainerScope, counter: DeviceCounter): Point {
  const startTimeNs = resetTimeOf(scope, COUNTER_GROUPS.disk, counter);
  return { value: scope.sample?.disk?.total[counter], startTimeNs };
}

/** A single point without a device if the platform does not report devices (Windows). */
function devicesOf(scope: ContainerScope, counter: DeviceCounter): readonly Point[] {
  const { byDevice } = scope.sample?.disk ?? {};
  if (byDevice === undefined) return [totalOf(scope, counter)];
  return Array.from(byDevice, ([device, counters]) => {
    const startTimeNs = resetTimeOf(scope, COUNTER_GROUPS.device(device), counter);
    return { value: counters[counter], dimensions: { device }, startTimeNs };
  });
}
