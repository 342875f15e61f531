import type { ContainerView, TaskView } from '../history/view.ts';
import type { SelfScope } from '../self/self-scope.ts';
import { catalogueRows, type RowId } from './catalogue.ts';
import type { Level, MetricRow, Point, Value } from './row.ts';
import { scopeOf } from './scope.ts';

/** Receives the values of a row for one container, the task or the exporter. */
export type Observe = (row: RowId, value: number | readonly Point[]) => void;

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
    if (container.isSelected) evaluateRows(containerRows, container, out.observeContainer(container), out);
  }
  evaluateRows(exportedRows('task', out), task, out.observeTask(task), out);
}

/** Computes the exported values of the exporter itself. */
export function evaluateSelf(self: SelfScope, out: Sink): void {
  evaluateRows(exportedRows('exporter', out), self, out.observeExporter(), out);
}

/** The exported rows with values at a level. */
function exportedRows<L extends Level>(level: L, out: Sink): readonly (readonly [RowId, NonNullable<MetricRow[L]>])[] {
  return catalogueRows().flatMap(([id, row]) => {
    const compute = row[level];
    return compute != null && out.isExported(id, level) ? [[id, compute] as const] : [];
  });
}

/** An error affects only one row of one scope. */
function evaluateRows<Scope>(
  rows: readonly (readonly [RowId, Value<Scope>])[],
  scope: Scope,
  observe: Observe,
  out: Sink,
): void {
  for (const [id, compute] of rows) {
    try {
      const value = compute(scope);
      if (value !== undefined) observe(id, value);
    } catch (error) {
      out.failed(id, error);
    }
  }
}
