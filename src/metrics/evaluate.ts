import type { ContainerView, TaskView } from '../history/view.ts';
import type { SelfScope } from '../self/self-scope.ts';
import { catalogueRows, type RowId } from './catalogue.ts';
import type { Level, MetricRow, Point, Value } from './row.ts';
import { scopeOf } from './scope.ts';

/** Takes the values of a row for one container, the task or the exporter. */
export type Put = (row: RowId, value: number | readonly Point[] | undefined) => void;

/** Receives the values of the rows that it wants. */
export interface Sink {
  /** Whether a vocabulary exports this row at this level. */
  wants(row: RowId, level: Level): boolean;
  container(container: ContainerView): Put;
  task(task: Omit<TaskView, 'containers'>): Put;
  exporter(): Put;
  /** Reports a row that threw for one container, the task or the exporter: it has no point there. */
  failed(row: RowId | undefined, error: unknown): void;
}

/** Puts every value of one view of the task into the sink. Pure: no clock, no I/O, no memory of earlier calls. */
export function evaluate(view: TaskView, out: Sink): void {
  const task = scopeOf(view);
  const ofContainer = wantedRows('container', out);
  for (const container of task.containers) {
    if (!container.isSelected) continue;
    const put = out.container(container);
    for (const [id, row] of ofContainer) put(id, computed(id, row.container, container, out));
  }
  const put = out.task(task);
  for (const [id, row] of wantedRows('task', out)) put(id, computed(id, row.task, task, out));
}

/** The same for what the exporter knows of its own work. */
export function evaluateSelf(self: SelfScope, out: Sink): void {
  const put = out.exporter();
  for (const [id, row] of wantedRows('exporter', out)) put(id, computed(id, row.exporter, self, out));
}

function wantedRows(level: Level, out: Sink): readonly (readonly [RowId, MetricRow])[] {
  return catalogueRows().filter(([id, row]) => row[level] !== undefined && out.wants(id, level));
}

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
