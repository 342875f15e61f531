import type { ContainerView, TaskView } from '../history/view.ts';
import type { SelfScope } from '../self/self-scope.ts';
import { catalogueRows, type RowId } from './catalogue.ts';
import type { Level, MetricRow, Point, Value } from './row.ts';
import { scopeOf } from './scope.ts';

/** Receives the points of the rows that it wants. */
export interface Sink {
  /** Whether a vocabulary exports this row at this level. */
  wants(row: RowId, level: Level): boolean;
  container(row: RowId, container: ContainerView, point: Point): void;
  task(row: RowId, task: Omit<TaskView, 'containers'>, point: Point): void;
  exporter(row: RowId, point: Point): void;
  /** Reports a row that threw for one container, the task or the exporter: it has no point there. Undefined: no one row. */
  failed(row: RowId | undefined, error: unknown): void;
}

/** Puts every value of one view of the task into the sink. Pure: no clock, no I/O, no memory of earlier calls. */
export function evaluate(view: TaskView, out: Sink): void {
  const task = scopeOf(view);
  const ofContainer = wantedRows('container', out);
  for (const container of task.containers) {
    if (!container.isSelected) continue;
    for (const [id, row] of ofContainer) {
      const value = computed(id, row.container, container, out);
      if (typeof value === 'number') out.container(id, container, { value });
      else for (const point of value ?? NONE) out.container(id, container, point);
    }
  }
  for (const [id, row] of wantedRows('task', out)) {
    const value = computed(id, row.task, task, out);
    if (typeof value === 'number') out.task(id, task, { value });
    else for (const point of value ?? NONE) out.task(id, task, point);
  }
}

/** The same for what the exporter knows of its own work. */
export function evaluateSelf(self: SelfScope, out: Sink): void {
  for (const [id, row] of wantedRows('exporter', out)) {
    const value = computed(id, row.exporter, self, out);
    if (typeof value === 'number') out.exporter(id, { value });
    else for (const point of value ?? NONE) out.exporter(id, point);
  }
}

function wantedRows(level: Level, out: Sink): readonly (readonly [RowId, MetricRow])[] {
  return catalogueRows().filter(([id, row]) => row[level] !== undefined && out.wants(id, level));
}

const NONE: readonly Point[] = [];

/** The value of a row for one scope. An error affects no other. */
function computed<Scope>(
  id: RowId,
  value: Value<Scope> | undefined,
  scope: Scope,
  out: Sink,
): number | readonly Point[] | undefined {
  try {
    return value?.(scope);
  } catch (error) {
    out.failed(id, error);
    return undefined;
  }
}
