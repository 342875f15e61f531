import type { RowId } from '../catalogue/catalogue.ts';
import { COUNTER_GROUPS, type ContainerView, type Sink, since, type TaskView } from './view.ts';
import { eachContainer } from './whole.ts';

const COUNTERS = [
  ['disk_read_bytes', 'device_read_bytes', 'readBytes'],
  ['disk_written_bytes', 'device_written_bytes', 'writtenBytes'],
  ['disk_read_iops', 'device_reads', 'reads'],
  ['disk_written_iops', 'device_writes', 'writes'],
] as const satisfies readonly (readonly [RowId, RowId, string])[];

export function deriveDisk(view: TaskView, out: Sink): void {
  eachContainer(view.containers, out, (container) => deriveContainer(container, out));
  for (const [row, , counter] of COUNTERS) out.task(row, view, () => view.totals[counter]);
}

function deriveContainer(container: ContainerView, out: Sink): void {
  const disk = container.sample?.disk;
  if (disk === undefined) return;
  for (const [row, deviceRow, counter] of COUNTERS) {
    const total = (): number | undefined => disk.total[counter];
    const ofAll = since(container, COUNTER_GROUPS.disk, counter);
    out.container(row, container, total, undefined, ofAll);
    if (disk.byDevice === undefined) out.container(deviceRow, container, total, undefined, ofAll);
    for (const [device, counters] of disk.byDevice ?? []) {
      const ofDevice = since(container, COUNTER_GROUPS.device(device), counter);
      out.container(deviceRow, container, () => counters[counter], { device }, ofDevice);
    }
  }
}
