import type { ContainerView, TaskView } from '../history/view.ts';
import type { SelfScope } from '../self/self-scope.ts';
import { catalogueRows, type RowId } from './catalogue.ts';
import type { Level, MetricRow, Point, Value } from './row.ts';
import { scopeOf } from './scope.ts';

/** Receives the values of a row for one container, the task or the exporter. */
export type Observe = (row: RowId, value: number | readonly Point[] | undefined) => void;

/** Receives the values of the exported rows. */
export interface Sink {
  /** Whether a vocabulary exports the row at this level. Other rows are not computed. */
  isExported(row: RowId, level: Level): boolean;
  observeContainer(container: ContainerView): Observe;
  observeTask(task: Omit<TaskView, 'containers'>): Observe;
  observeExporter(): Observe;
  /** Reports a row that threw, and therefore has no values. */
  failed(row: RowId | undefined, error: unknown): void;
}

/** Computes the exported values of the task and its selected containers. Pure: no clock, no I/O, no state. */
export function evaluate(view: TaskView, out: Sink): void {
  const task = scopeOf(view);
  const containerRows = exportedRows('container', out);
  for (const container of task.containers) {
    if (!container.isSelected) continue;
    const observe = out.observeContainer(container);
    for (const [id, row] of containerRows) observe(id, computed(id, row.container, container, out));
  }
  const observe = out.observeTask(task);
  for (const [id, row] of exportedRows('task', out)) observe(id, computed(id, row.task, task, out));
}

/** Computes the exported values of the exporter itself. */
export function evaluateSelf(self: SelfScope, out: Sink): void {
  const observe = out.observeExporter();
  for (const [id, row] of exportedRows('exporter', out)) observe(id, computed(id, row.exporter, self, out));
}

function exportedRows(level: Level, out: Sink): readonly (readonly [RowId, MetricRow])[] {
  return catalogueRows().filter(([id, row]) => row[level] !== undefined && out.isExported(id, level));
}

/** An error affects only this row and scope. */
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
