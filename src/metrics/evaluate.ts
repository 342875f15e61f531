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
  /** Reports a row that threw for one container, the task or the exporter: it has no point there. */
  failed(row: RowId, error: unknown): void;
}

/** Puts every value of one view of the task into the sink. Pure: no clock, no I/O, no memory of earlier calls. */
export function evaluate(view: TaskView, out: Sink): void {
  const task = scopeOf(view);
  const ofContainer = wantedRows('container', out);
  for (const container of task.containers) {
    if (!container.isSelected) continue;
    for (const [id, row] of ofContainer) {
      put(id, row.container, container, out, (point) => out.container(id, container, point));
    }
  }
  for (const [id, row] of wantedRows('task', out)) put(id, row.task, task, out, (point) => out.task(id, task, point));
}

/** The same for what the exporter knows of its own work. */
export function evaluateSelf(self: SelfScope, out: Sink): void {
  for (const [id, row] of wantedRows('exporter', out))
    put(id, row.exporter, self, out, (point) => out.exporter(id, point));
}

function wantedRows(level: Level, out: Sink): readonly (readonly [RowId, MetricRow])[] {
  return catalogueRows().filter(([id, row]) => row[level] !== undefined && out.wants(id, level));
}

/** All points of a row or none: an error affects nothing else. */
function put<Scope>(
  id: RowId,
  value: Value<Scope> | undefined,
  scope: Scope,
  out: Sink,
  add: (point: Point) => void,
): void {
  try {
    const computed = value?.(scope);
    if (computed === undefined) return;
    if (typeof computed === 'number') add({ value: computed });
    else for (const point of [...computed]) add(point);
  } catch (error) {
    out.failed(id, error);
  }
}
