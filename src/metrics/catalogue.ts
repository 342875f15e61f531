import { TASK_CGROUP_ROWS } from './cgroup.ts';
import { CPU_ROWS } from './cpu.ts';
import { DISK_ROWS } from './disk.ts';
import { EXPORTER_ROWS } from './exporter-rows.ts';
import { LIFECYCLE_ROWS } from './lifecycle.ts';
import { LIMIT_ROWS } from './limits.ts';
import { MEMORY_ROWS } from './memory.ts';
import { NETWORK_ROWS } from './network.ts';
import { PID_ROWS } from './pids.ts';
import type { MetricRow } from './row.ts';
import { TASK_HOST_ROWS, TASK_ROWS } from './task.ts';
import type { VocabularyName } from './vocabulary.ts';

/** All metrics. Instruments, --metrics, docs/metrics.md and tests derive from this table. */
export const CATALOGUE = {
  ...LIMIT_ROWS,
  ...CPU_ROWS,
  ...MEMORY_ROWS,
  ...DISK_ROWS,
  ...NETWORK_ROWS,
  ...PID_ROWS,
  ...LIFECYCLE_ROWS,
  ...TASK_ROWS,
  ...TASK_CGROUP_ROWS,
  ...TASK_HOST_ROWS,
  ...EXPORTER_ROWS,
} as const satisfies Record<string, MetricRow>;

export type RowId = keyof typeof CATALOGUE;

/** The rows with their ids, in order. */
export function catalogueRows(): readonly (readonly [RowId, MetricRow])[] {
  return ROW_IDS.map((id) => [id, CATALOGUE[id]]);
}

function isRowId(id: string): id is RowId {
  return Object.hasOwn(CATALOGUE, id);
}

const ROW_IDS: readonly RowId[] = Object.keys(CATALOGUE).filter(isRowId);

/** Rows to export in each vocabulary. Other rows are neither computed nor observed. */
export interface Selection {
  has(row: RowId, vocabulary: VocabularyName): boolean;
}

/** All rows that are not opt-in. */
export const DEFAULT_SELECTION: Selection = {
  has(row, vocabulary) {
    const { optIn = [] }: MetricRow = CATALOGUE[row];
    return !optIn.includes(vocabulary);
  },
};

export const EVERYTHING: Selection = { has: () => true };
