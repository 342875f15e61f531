import type { TaskView } from '../history/view.ts';
import { round4 } from '../metrics/arithmetic.ts';
import { CATALOGUE, type RowId } from '../metrics/catalogue.ts';
import { evaluate, type Observe } from '../metrics/evaluate.ts';
import { isValid } from '../metrics/recorder.ts';
import type { MetricRow, Point } from '../metrics/row.ts';

/** The rows of the status page, in addition to names and statuses. */
const ROWS = [
  'cpu_cores',
  'cpu_limit_cores',
  'cpu_usage_ratio',
  'mem_working_set_bytes',
  'mem_effective_limit_bytes',
  'mem_usage_ratio',
  'network_rx_bytes',
  'network_tx_bytes',
  'disk_read_bytes',
  'disk_written_bytes',
  'container_health',
  'container_restarts',
  'container_exit_code',
  'container_uptime_seconds',
  'ephemeral_storage_used_bytes',
  'ephemeral_storage_reserved_bytes',
  'ephemeral_storage_usage_ratio',
] as const satisfies readonly RowId[];

type StatusRow = (typeof ROWS)[number];

const ROW_SET: ReadonlySet<RowId> = new Set(ROWS);

/** Values of the rows for one container or the task, rounded as in the ecs vocabulary. */
export interface RowValues {
  /** The value, or the sum of the row's points. */
  value(row: StatusRow): number | undefined;
  /** Empty for a row with a single value. */
  points(row: StatusRow): readonly Point[];
}

export interface ViewValues {
  /** The selected containers, by id. */
  readonly containers: ReadonlyMap<string, RowValues>;
  readonly task: RowValues;
}

/** Computes the values of a task from the rows of its metrics, whether or not they are exported. */
export function valuesOf(view: TaskView): ViewValues {
  const containers = new Map<string, RowValues>();
  const task = createRowValues();
  evaluate(view, {
    isExported: (row) => ROW_SET.has(row),
    observeContainer({ info }) {
      const values = createRowValues();
      containers.set(info.id, values);
      return values.observe;
    },
    observeTask: () => task.observe,
    observeExporter: () => () => {},
    // The recorder of the exported metrics counts and logs it.
    failed: () => {},
  });
  return { containers, task };
}

function createRowValues(): RowValues & { readonly observe: Observe } {
  const values = new Map<RowId, number>();
  const lists = new Map<RowId, readonly Point[]>();
  return {
    observe(row, observed) {
      if (typeof observed !== 'number') lists.set(row, observed);
      const sum = typeof observed === 'number' ? valid(observed) : sumOf(observed);
      if (sum !== undefined) values.set(row, exported(row, sum));
    },
    points: (row) => lists.get(row) ?? [],
    value: (row) => values.get(row),
  };
}

function valid(value: number | undefined): number | undefined {
  return value !== undefined && isValid(value) ? value : undefined;
}

/** Undefined without a valid value. */
function sumOf(points: readonly Point[]): number | undefined {
  let sum: number | undefined;
  for (const point of points) {
    const value = valid(point.value);
    if (value !== undefined) sum = (sum ?? 0) + value;
  }
  return sum;
}

function exported(row: RowId, value: number): number {
  const { valueType, ecs }: MetricRow = CATALOGUE[row];
  const exact = valueType === 'int' ? Math.trunc(value) : value;
  return ecs?.isRounded === true ? round4(exact) : exact;
}
