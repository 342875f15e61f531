import { lines, type Panel, type PanelText, stat } from './panel.ts';
import type { QueryBuilder } from './query-builder.ts';

/** Restarts of the selected tasks. */
export function restarts(q: QueryBuilder, thresholds: NonNullable<PanelText['thresholds']>): Panel {
  const description = `${q.describe('exporter_container_restarts', 'exporter')} In the selected time range.`;
  return stat(
    { title: 'Restarts', description, unit: 'short', thresholds },
    q.aggregate('sum', [], q.increase('exporter_container_restarts', 'exporter')),
  );
}

/** Restarts over time, by labels of the tasks. */
export function restartsOverTime(q: QueryBuilder, title: string, by: readonly string[], legend: string): Panel {
  const increase = `increase(${q.value('exporter_container_restarts', 'exporter')}[$__rate_interval])`;
  return lines(
    8,
    { title, description: 'In-place restarts of containers, within the window of a point.', unit: 'short' },
    [legend, q.aggregate('sum', by, increase)],
  );
}

/** The number of tasks whose exporter reports metrics. */
export function tasks(q: QueryBuilder): Panel {
  return stat(
    { title: 'Tasks', description: 'Tasks whose exporter reports metrics.', unit: 'short' },
    q.aggregate('count', [], q.value('exporter_status', 'exporter')),
  );
}
