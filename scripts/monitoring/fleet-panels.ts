import { CLUSTER, SERVICE, TASK_ID } from './identity.ts';
import type { Panel, Section } from './panel.ts';
import type { QueryBuilder } from './query-builder.ts';
import { PAIRS } from './rows.ts';
import { rateUnit, valueUnit } from './units.ts';

const EACH_SERVICE = `{{${SERVICE}}}`;
const FRACTION = [0.8, 0.9] as const;
/** Values of a service, to sort and to link. */
const BY_SERVICE = [CLUSTER, SERVICE];

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
  const stat = { kind: 'stat', width: 4 } as const;
  const status = q.value('exporter_status', 'exporter');
  return [
    {
      ...stat,
      title: 'Services',
      description: 'Services with at least one task that reports metrics. Tasks without a service count as one.',
      unit: 'short',
      queries: [{ expression: `count (${q.aggregate('count', BY_SERVICE, status)})`, legend: 'services' }],
    },
    {
      ...stat,
      title: 'Tasks',
      description: 'Tasks whose exporter reports metrics.',
      unit: 'short',
      queries: [{ expression: q.aggregate('count', [], status), legend: 'tasks' }],
    },
    {
      ...stat,
      title: 'Running containers',
      description: 'Containers that ECS reports as RUNNING.',
      unit: 'short',
      queries: [{ expression: q.aggregate('sum', [], q.value('container_running', 'container')), legend: 'running' }],
    },
    {
      ...stat,
      title: 'Tasks near a limit',
      description: 'Tasks that use more than 90% of their CPU or memory limit.',
      unit: 'short',
      thresholds: [1, 5],
      queries: [{ expression: nearLimit(q), legend: 'tasks' }],
    },
    {
      ...stat,
      title: 'Failing exporters',
      description: 'Exporters whose last poll of the metadata endpoint failed.',
      unit: 'short',
      thresholds: [1, 5],
      queries: [{ expression: q.aggregate('sum', [], `(1 - ${status})`), legend: 'failing' }],
    },
    {
      ...stat,
      title: 'Restarts',
      description: `${q.describe('exporter_container_restarts', 'exporter')} In the selected time range.`,
      unit: 'short',
      thresholds: [1, 10],
      queries: [
        {
          expression: q.aggregate('sum', [], q.increase('exporter_container_restarts', 'exporter')),
          legend: 'restarts',
        },
      ],
    },
  ];
}

/** The sum over all tasks of 1 for those near a limit; `bool` keeps the others as 0. */
function nearLimit(q: QueryBuilder): string {
  const cpu = q.aggregate('max', [TASK_ID], `(${q.value(PAIRS.taskCpu, 'task')} > bool 0.9)`);
  const memory = q.aggregate('max', [TASK_ID], `(${q.value('mem_usage_ratio', 'task')} > bool 0.9)`);
  return `sum (\n${cpu} == 1\nor\n${memory}\nor\n${cpu}\n)`;
}

function serviceTable(q: QueryBuilder, links: FleetLinks): Panel {
  const perService = (operation: string, expression: string) => q.aggregate(operation, BY_SERVICE, expression);
  return {
    kind: 'table',
    width: 24,
    title: 'Services',
    description: 'The current state of each service, and its restarts in the selected time range.',
    unit: 'none',
    columns: [
      { label: SERVICE, title: 'Service', link: links.service },
      { label: CLUSTER, title: 'Cluster' },
    ],
    queries: [
      { expression: perService('count', q.value('exporter_status', 'exporter')), legend: 'Tasks', unit: 'none' },
      { expression: perService('sum', q.value('cpu_cores', 'task')), legend: 'CPU', unit: valueUnit('cpu_cores') },
      {
        expression: perService('max', q.value(PAIRS.taskCpu, 'task')),
        legend: 'Highest CPU of the limit',
        unit: valueUnit(PAIRS.taskCpu),
      },
      {
        expression: perService('sum', q.value('mem_working_set_bytes', 'task')),
        legend: 'Working set',
        unit: valueUnit('mem_working_set_bytes'),
      },
      {
        expression: perService('max', q.value('mem_usage_ratio', 'container')),
        legend: 'Highest memory of the limit',
        unit: valueUnit('mem_usage_ratio'),
      },
      {
        expression: perService('sum', q.increase('exporter_container_restarts', 'exporter')),
        legend: 'Restarts',
        unit: 'short',
      },
    ],
  };
}

function highest(q: QueryBuilder): readonly Panel[] {
  const lines = { kind: 'lines', width: 8 } as const;
  const top = (expression: string) => `topk (10, ${expression})`;
  return [
    {
      ...lines,
      title: 'Highest CPU of the limit',
      description: 'The ten services whose highest task uses the most of its CPU limit.',
      unit: valueUnit(PAIRS.taskCpu),
      thresholds: FRACTION,
      queries: [
        { expression: top(q.aggregate('max', BY_SERVICE, q.value(PAIRS.taskCpu, 'task'))), legend: EACH_SERVICE },
      ],
    },
    {
      ...lines,
      title: 'Highest memory of the limit',
      description: 'The ten services whose highest container uses the most of its memory limit.',
      unit: valueUnit('mem_usage_ratio'),
      thresholds: FRACTION,
      queries: [
        {
          expression: top(q.aggregate('max', BY_SERVICE, q.value('mem_usage_ratio', 'container'))),
          legend: EACH_SERVICE,
        },
      ],
    },
    {
      ...lines,
      title: 'Fullest ephemeral storage',
      description: 'The ten services whose fullest task uses the most of its ephemeral storage.',
      unit: valueUnit('ephemeral_storage_usage_ratio'),
      thresholds: FRACTION,
      queries: [
        {
          expression: top(q.aggregate('max', BY_SERVICE, q.value('ephemeral_storage_usage_ratio', 'task'))),
          legend: EACH_SERVICE,
        },
      ],
      noValue: 'Fargate only',
    },
  ];
}

function taskTable(q: QueryBuilder, links: FleetLinks): Panel {
  const highestTasks = (row: Parameters<QueryBuilder['value']>[0]) =>
    `topk (20, ${q.aggregate('max', [SERVICE, TASK_ID], q.value(row, 'task'))})`;
  return {
    kind: 'table',
    width: 24,
    title: 'Tasks at risk',
    description: 'The 20 tasks that use the most of each limit.',
    unit: 'none',
    columns: [
      { label: TASK_ID, title: 'Task', link: links.task },
      { label: SERVICE, title: 'Service', link: links.service },
    ],
    queries: [
      { expression: highestTasks(PAIRS.taskCpu), legend: 'CPU of the limit', unit: valueUnit(PAIRS.taskCpu) },
      {
        expression: highestTasks('mem_usage_ratio'),
        legend: 'Memory of the limit',
        unit: valueUnit('mem_usage_ratio'),
        onlyIf: 'if a task has a memory limit',
      },
      {
        expression: highestTasks('ephemeral_storage_usage_ratio'),
        legend: 'Ephemeral storage',
        unit: valueUnit('ephemeral_storage_usage_ratio'),
        onlyIf: 'on Fargate',
      },
    ],
  };
}

function services(q: QueryBuilder): readonly Panel[] {
  const lines = { kind: 'lines', width: 8 } as const;
  const perService = (expression: string) => q.aggregate('sum', BY_SERVICE, expression);
  const version = q.label('version');
  return [
    {
      ...lines,
      title: 'Tasks',
      description: 'Tasks of each service whose exporter reports metrics.',
      unit: 'short',
      queries: [
        { expression: q.aggregate('count', BY_SERVICE, q.value('exporter_status', 'exporter')), legend: EACH_SERVICE },
      ],
    },
    {
      ...lines,
      title: 'CPU usage',
      description: 'CPU usage of the tasks of each service.',
      unit: valueUnit('cpu_cores'),
      queries: [{ expression: perService(q.rate('cpu_usage_seconds', 'task')), legend: EACH_SERVICE }],
    },
    {
      ...lines,
      title: 'Working set',
      description: 'Working set of the tasks of each service.',
      unit: valueUnit('mem_working_set_bytes'),
      queries: [{ expression: perService(q.value('mem_working_set_bytes', 'task')), legend: EACH_SERVICE }],
    },
    {
      ...lines,
      title: 'Network',
      description: 'Traffic of the tasks of each service.',
      unit: rateUnit('network_rx_bytes'),
      queries: [
        { expression: perService(q.rate('network_rx_bytes', 'task')), legend: `${EACH_SERVICE} received` },
        { expression: perService(q.rate('network_tx_bytes', 'task')), legend: `${EACH_SERVICE} transmitted` },
      ],
      noValue: 'No network, or that of the host',
    },
    {
      ...lines,
      title: 'Restarts',
      description: 'In-place restarts of containers, within the window of a point.',
      unit: 'short',
      queries: [
        {
          expression: perService(`increase(${q.value('exporter_container_restarts', 'exporter')}[$__rate_interval])`),
          legend: EACH_SERVICE,
        },
      ],
    },
    {
      ...lines,
      title: 'Versions of the exporter',
      description: 'Tasks by version of the exporter.',
      unit: 'short',
      queries: [
        {
          expression: q.aggregate('count', [version], q.value('exporter_build_info', 'exporter')),
          legend: `{{${version}}}`,
        },
      ],
    },
  ];
}
