import { CONTAINER } from './metrics.ts';
import { type Panel, states, table } from './panel.ts';
import type { QueryBuilder } from './query-builder.ts';
import { valueUnit } from './units.ts';

const EACH = `{{${CONTAINER}}}`;

/** Panels for the state of the containers of a task. */
export function containerPanels(q: QueryBuilder): readonly Panel[] {
  const max = (expression: string) => q.aggregate('max', [CONTAINER], expression);
  const sum = (expression: string) => q.aggregate('sum', [CONTAINER], expression);
  const running = max(q.value('container_running', 'container'));
  const healthy = max(q.value('container_health', 'container', `${q.label('healthState')}="HEALTHY"`));
  // Each vocabulary has one of the two by default.
  const uptime =
    q.vocabulary === 'ecs'
      ? `(time() - ${q.value('container_start_time_seconds', 'container')})`
      : q.value('container_uptime_seconds', 'container');
  return [
    table(
      {
        title: 'Containers',
        description: 'The current state of each container, and its restarts in the selected time range.',
        columns: [{ label: CONTAINER, title: 'Container' }],
      },
      ['Running', 'none', running],
      ['Healthy', 'none', healthy, 'with a health check'],
      ['Time since start', 's', q.aggregate('min', [CONTAINER], uptime)],
      ['CPU', valueUnit('cpu_cores'), sum(q.value('cpu_cores', 'container'))],
      ['Working set', valueUnit('mem_working_set_bytes'), sum(q.value('mem_working_set_bytes', 'container'))],
      ['Memory (% of limit)', valueUnit('mem_usage_ratio'), max(q.value('mem_usage_ratio', 'container'))],
      ['Processes', 'none', sum(q.value('pids', 'container')), 'on EC2'],
      ['Restarts', 'none', sum(q.increase('container_restarts', 'container')), 'with a restart policy'],
      ['Exit code', 'none', max(q.value('container_exit_code', 'container')), 'after a stop'],
    ),
    states(
      12,
      {
        title: 'Running',
        description: q.describe('container_running', 'container'),
        unit: 'none',
        texts: ['running', 'not running'],
      },
      [EACH, running],
    ),
    states(
      12,
      {
        title: 'Health checks',
        description: 'Containers with a health check in the task definition.',
        unit: 'none',
        texts: ['healthy', 'not healthy'],
        noValue: 'No health checks',
      },
      [EACH, healthy],
    ),
  ];
}
