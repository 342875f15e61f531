import type { RowId } from '../catalogue/catalogue.ts';
import type { ContainerView, Sink, TaskView } from './view.ts';

const COUNTERS = [
  ['disk_read_bytes', 'device_read_bytes', 'readBytes'],
  ['disk_written_bytes', 'device_written_bytes', 'writtenBytes'],
  ['disk_read_iops', 'device_reads', 'reads'],
  ['disk_written_iops', 'device_writes', 'writes'],
] as const satisfies readonly (readonly [RowId, RowId, string])[];

export function deriveDisk(view: TaskView, out: Sink): void {
  for (const container of view.containers) deriveContainer(container, out);
  for (const [row, , counter] of COUNTERS) out.task(row, view, view.totals[counter]);
}

function deriveContainer(container: ContainerView, out: Sink): void {
  const disk = container.sample?.disk;
  if (disk === undefined) return;
  for (const [row, deviceRow, counter] of COUNTERS) {
    out.container(row, container, disk.total[counter]);
    if (disk.byDevice === undefined) out.container(deviceRow, container, disk.total[counter]);
    for (const [device, counters] of disk.byDevice ?? []) {
      out.container(deviceRow, container, counters[counter], { device });
    }
  }
}
