import { restarts, restartsOverTime, tasks } from './common-panels.ts';
import { CLUSTER, SERVICE, TASK_ID } from './identity.ts';
import type { RowChoice } from './metrics.ts';
import { lines, NEAR_LIMIT, type Panel, type Section, stat, table } from './panel.ts';
import type { QueryBuilder } from './query-builder.ts';
import { PAIRS } from './rows.ts';
import { rateUnit, valueUnit } from './units.ts';

const EACH_SERVICE = `{{${SERVICE}}}`;
const BY_SERVICE = [CLUSTER, SERVICE];
const STORAGE = 'ephemeral_storage_usage_ratio';

/** Paths of the dashboards for one service and one task. */
export interface FleetLinks {
  readonly service: string;
  readonly task: string;
}

/** Panels for all services. */
export function fleetSections(q: QueryBuilder, links: FleetLinks): readonly Section[] {
  return [
    { title: 'Overview', panels: [...overview(q), serviceTable(q, links)] },
    { title: 'Highest usage', panels: [...highest(q), taskTable(q, links)] },
    { title: 'Services', panels: services(q) },
  ];
}

function overview(q: QueryBuilder): readonly Panel[] {
  const status = q.value('exporter_status', 'exporter');
  return [
    stat(
      {
        title: 'Services',
        description: 'Services with a task that reports metrics. Tasks of a cluster without a service count as one.',
        unit: 'short',
      },
      `count (${q.aggregate('count', BY_SERVICE, status)})`,
    ),
    tasks(q),
    stat(
      { title: 'Running containers', description: 'Containers that ECS reports as RUNNING.', unit: 'short' },
      q.aggregate('sum', [], q.value('container_running', 'container')),
    ),
    stat(
      {
        title: 'Tasks near a limit',
        description: 'Tasks that use more than 90% of their CPU or memory limit.',
        unit: 'short',
        thresholds: [1, 5],
      },
      nearLimit(q),
    ),
    stat(
      {
        title: 'Failing exporters',
        description: 'Exporters whose last poll of the metadata endpoint failed.',
        unit: 'short',
        thresholds: [1, 5],
      },
      q.aggregate('sum', [], `(1 - ${status})`),
    ),
    restarts(q, [1, 10]),
  ];
}

/** `bool` turns tasks below the limits into 0, so that the count is 0 rather than absent. */
function nearLimit(q: QueryBuilder): string {
  const isNear = (row: RowChoice) => q.aggregate('max', [TASK_ID], `(${q.value(row, 'task')} > bool 0.9)`);
  const cpu = isNear(PAIRS.taskCpu);
  return `sum (\n${cpu} == 1\nor\n${isNear('mem_usage_ratio')}\nor\n${cpu}\n)`;
}

function serviceTable(q: QueryBuilder, links: FleetLinks): Panel {
  const perService = (operation: string, expression: string) => q.aggregate(operation, BY_SERVICE, expression);
  const ratio = valueUnit('mem_usage_ratio');
  return table(
    {
      title: 'Services',
      description: 'The current state of each service, and its restarts in the selected time range.',
      columns: [
        { label: SERVICE, title: 'Service', link: links.service },
        { label: CLUSTER, title: 'Cluster' },
      ],
    },
    ['Tasks', 'none', perService('count', q.value('exporter_status', 'exporter'))],
    ['CPU', valueUnit('cpu_cores'), perService('sum', q.value('cpu_cores', 'task'))],
    ['Highest CPU (% of limit)', valueUnit(PAIRS.taskCpu), perService('max', q.value(PAIRS.taskCpu, 'task'))],
    ['Working set', valueUnit('mem_working_set_bytes'), perService('sum', q.value('mem_working_set_bytes', 'task'))],
    ['Highest memory (% of limit)', ratio, perService('max', q.value('mem_usage_ratio', 'container'))],
    ['Restarts', 'short', perService('sum', q.increase('exporter_container_restarts', 'exporter'))],
  );
}

function highest(q: QueryBuilder): readonly Panel[] {
  const panel = (title: string, what: string, row: RowChoice, expression: string, noValue?: string) =>
    lines(
      8,
      {
        title,
        description: `The ten services with the highest ${what}.`,
        unit: valueUnit(row),
        thresholds: NEAR_LIMIT,
        ...(noValue === undefined ? {} : { noValue }),
      },
      [EACH_SERVICE, `topk (10, ${q.aggregate('max', BY_SERVICE, expression)})`],
    );
  const cpu = q.value(PAIRS.taskCpu, 'task');
  const memory = q.value('mem_usage_ratio', 'container');
  const storage = q.value(STORAGE, 'task');
  return [
    panel('Highest CPU (% of limit)', 'CPU usage of a task, as a fraction of its limit', PAIRS.taskCpu, cpu),
    panel(
      'Highest memory (% of limit)',
      'memory usage of a container, as a fraction of its limit',
      'mem_usage_ratio',
      memory,
    ),
    panel('Highest ephemeral storage usage', 'ephemeral storage usage of a task', STORAGE, storage, 'Fargate only'),
  ];
}

function taskTable(q: QueryBuilder, links: FleetLinks): Panel {
  const top = (row: RowChoice) => `topk (20, ${q.aggregate('max', [SERVICE, TASK_ID], q.value(row, 'task'))})`;
  const hasLimit = 'if a task has a memory limit';
  return table(
    {
      title: 'Tasks at risk',
      description: 'The 20 tasks with the highest usage of each limit.',
      columns: [
        { label: TASK_ID, title: 'Task', link: links.task },
        { label: SERVICE, title: 'Service', link: links.service },
      ],
    },
    ['CPU (% of limit)', valueUnit(PAIRS.taskCpu), top(PAIRS.taskCpu)],
    ['Memory (% of limit)', valueUnit('mem_usage_ratio'), top('mem_usage_ratio'), hasLimit],
    ['Ephemeral storage', valueUnit(STORAGE), top(STORAGE), 'on Fargate'],
  );
}

function services(q: QueryBuilder): readonly Panel[] {
  const perService = (operation: string, expression: string) => q.aggregate(operation, BY_SERVICE, expression);
  const version = q.label('version');
  const cores = valueUnit('cpu_cores');
  const bytes = valueUnit('mem_working_set_bytes');
  return [
    lines(8, { title: 'Tasks', description: 'Tasks of each service whose exporter reports metrics.', unit: 'short' }, [
      EACH_SERVICE,
      perService('count', q.value('exporter_status', 'exporter')),
    ]),
    lines(8, { title: 'CPU usage', description: 'CPU usage of the tasks of each service.', unit: cores }, [
      EACH_SERVICE,
      perService('sum', q.rate('cpu_usage_seconds', 'task')),
    ]),
    lines(8, { title: 'Working set', description: 'Working set of the tasks of each service.', unit: bytes }, [
      EACH_SERVICE,
      perService('sum', q.value('mem_working_set_bytes', 'task')),
    ]),
    lines(
      8,
      {
        title: 'Network',
        description: 'Traffic of the tasks of each service.',
        unit: rateUnit('network_rx_bytes'),
        noValue: 'Network mode none or host',
      },
      [`${EACH_SERVICE} received`, perService('sum', q.rate('network_rx_bytes', 'task'))],
      [`${EACH_SERVICE} transmitted`, perService('sum', q.rate('network_tx_bytes', 'task'))],
    ),
    restartsOverTime(q, 'Restarts', BY_SERVICE, EACH_SERVICE),
    lines(8, { title: 'Versions of the exporter', description: 'Tasks by version of the exporter.', unit: 'short' }, [
      `{{${version}}}`,
      q.aggregate('count', [version], q.value('exporter_build_info', 'exporter')),
    ]),
  ];
}
