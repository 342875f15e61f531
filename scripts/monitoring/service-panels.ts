import { REVISION, TASK_ID, ZONE } from './identity.ts';
import { CONTAINER } from './metrics.ts';
import type { Panel, Section } from './panel.ts';
import type { QueryBuilder } from './query-builder.ts';
import { PAIRS } from './rows.ts';
import { rateUnit, valueUnit } from './units.ts';

const EACH_TASK = `{{${TASK_ID}}}`;
const EACH_CONTAINER = `{{${CONTAINER}}}`;
const FRACTION = [0.8, 0.9] as const;

/** Panels for the tasks of one service, side by side. */
export function serviceSections(q: QueryBuilder, taskLink: string): readonly Section[] {
  return [
    { title: 'Overview', panels: [...overview(q), taskTable(q, taskLink)] },
    { title: 'CPU', panels: cpu(q) },
    { title: 'Memory', panels: memory(q) },
    { title: 'Network and disk', panels: networkAndDisk(q) },
    { title: 'Containers', panels: containers(q) },
  ];
}

function overview(q: QueryBuilder): readonly Panel[] {
  const stat = { kind: 'stat', width: 4 } as const;
  return [
    {
      ...stat,
      title: 'Tasks',
      description: 'Tasks whose exporter reports metrics.',
      unit: 'short',
      queries: [{ expression: q.aggregate('count', [], q.value('exporter_status', 'exporter')), legend: 'tasks' }],
    },
    {
      ...stat,
      title: 'CPU usage',
      description: 'CPU usage of all tasks.',
      unit: valueUnit('cpu_cores'),
      queries: [{ expression: q.aggregate('sum', [], q.value('cpu_cores', 'task')), legend: 'cores' }],
    },
    {
      ...stat,
      title: 'Highest CPU of the limit',
      description: q.describe(PAIRS.taskCpu, 'task'),
      unit: valueUnit(PAIRS.taskCpu),
      thresholds: FRACTION,
      queries: [{ expression: q.aggregate('max', [], q.value(PAIRS.taskCpu, 'task')), legend: 'maximum' }],
    },
    {
      ...stat,
      title: 'Working set',
      description: 'Working set of all tasks.',
      unit: valueUnit('mem_working_set_bytes'),
      queries: [{ expression: q.aggregate('sum', [], q.value('mem_working_set_bytes', 'task')), legend: 'bytes' }],
    },
    {
      ...stat,
      title: 'Highest memory of the limit',
      description: `${q.describe('mem_usage_ratio', 'container')} The highest of all containers.`,
      unit: valueUnit('mem_usage_ratio'),
      thresholds: FRACTION,
      queries: [{ expression: q.aggregate('max', [], q.value('mem_usage_ratio', 'container')), legend: 'maximum' }],
    },
    {
      ...stat,
      title: 'Restarts',
      description: `${q.describe('exporter_container_restarts', 'exporter')} In the selected time range.`,
      unit: valueUnit('exporter_container_restarts'),
      thresholds: [1, 3],
      queries: [
        {
          expression: q.aggregate('sum', [], q.increase('exporter_container_restarts', 'exporter')),
          legend: 'restarts',
        },
      ],
    },
  ];
}

function taskTable(q: QueryBuilder, link: string): Panel {
  const perTask = (operation: string, expression: string) =>
    q.aggregate(operation, [TASK_ID, REVISION, ZONE], expression);
  return {
    kind: 'table',
    width: 24,
    title: 'Tasks',
    description: 'The current state of each task, and its restarts in the selected time range.',
    unit: 'none',
    columns: [
      { label: TASK_ID, title: 'Task', link },
      { label: REVISION, title: 'Revision' },
      { label: ZONE, title: 'Availability zone' },
    ],
    queries: [
      {
        expression: perTask('sum', q.value('container_running', 'container')),
        legend: 'Running containers',
        unit: 'none',
      },
      { expression: perTask('sum', q.value('cpu_cores', 'task')), legend: 'CPU', unit: valueUnit('cpu_cores') },
      {
        expression: perTask('max', q.value(PAIRS.taskCpu, 'task')),
        legend: 'CPU of the limit',
        unit: valueUnit(PAIRS.taskCpu),
      },
      {
        expression: perTask('sum', q.value('mem_working_set_bytes', 'task')),
        legend: 'Working set',
        unit: valueUnit('mem_working_set_bytes'),
      },
      {
        expression: perTask('max', q.value('mem_usage_ratio', 'task')),
        legend: 'Memory of the limit',
        unit: valueUnit('mem_usage_ratio'),
        onlyIf: 'if the task has a memory limit',
      },
      {
        expression: perTask('max', q.value('ephemeral_storage_usage_ratio', 'task')),
        legend: 'Ephemeral storage',
        unit: valueUnit('ephemeral_storage_usage_ratio'),
        onlyIf: 'on Fargate',
      },
      {
        expression: perTask('sum', q.increase('exporter_container_restarts', 'exporter')),
        legend: 'Restarts',
        unit: 'short',
      },
    ],
  };
}

function cpu(q: QueryBuilder): readonly Panel[] {
  const lines = { kind: 'lines', width: 8 } as const;
  const ratio = q.value(PAIRS.taskCpu, 'task');
  return [
    {
      ...lines,
      title: 'CPU of the tasks’ limits',
      description: 'The median task and the highest one, as a fraction of the CPU limit.',
      unit: valueUnit(PAIRS.taskCpu),
      thresholds: FRACTION,
      queries: [
        { expression: q.quantile(0.5, [], ratio), legend: 'median' },
        { expression: q.aggregate('max', [], ratio), legend: 'maximum' },
      ],
    },
    {
      ...lines,
      title: 'CPU by task',
      description: 'CPU usage of each task.',
      unit: valueUnit('cpu_cores'),
      queries: [{ expression: q.aggregate('sum', [TASK_ID], q.rate('cpu_usage_seconds', 'task')), legend: EACH_TASK }],
    },
    {
      ...lines,
      title: 'CPU by container',
      description: 'CPU usage of each container, summed over the tasks.',
      unit: valueUnit('cpu_cores'),
      queries: [
        {
          expression: q.aggregate('sum', [CONTAINER], q.rate('cpu_usage_seconds', 'container')),
          legend: EACH_CONTAINER,
        },
      ],
    },
  ];
}

function memory(q: QueryBuilder): readonly Panel[] {
  const lines = { kind: 'lines', width: 8 } as const;
  const ratio = q.value('mem_usage_ratio', 'task');
  return [
    {
      ...lines,
      title: 'Memory of the tasks’ limits',
      description: 'The median task and the highest one, as a fraction of the memory limit.',
      unit: valueUnit('mem_usage_ratio'),
      thresholds: FRACTION,
      queries: [
        { expression: q.quantile(0.5, [], ratio), legend: 'median' },
        { expression: q.aggregate('max', [], ratio), legend: 'maximum' },
      ],
      noValue: 'No memory limits',
    },
    {
      ...lines,
      title: 'Working set by task',
      description: q.describe('mem_working_set_bytes', 'task'),
      unit: valueUnit('mem_working_set_bytes'),
      queries: [
        { expression: q.aggregate('sum', [TASK_ID], q.value('mem_working_set_bytes', 'task')), legend: EACH_TASK },
      ],
    },
    {
      ...lines,
      title: 'Memory of the limit by container',
      description: `${q.describe('mem_usage_ratio', 'container')} The highest of all tasks.`,
      unit: valueUnit('mem_usage_ratio'),
      thresholds: FRACTION,
      queries: [
        {
          expression: q.aggregate('max', [CONTAINER], q.value('mem_usage_ratio', 'container')),
          legend: EACH_CONTAINER,
        },
      ],
    },
  ];
}

function networkAndDisk(q: QueryBuilder): readonly Panel[] {
  const lines = { kind: 'lines', width: 8 } as const;
  const perTask = (expression: string) => q.aggregate('sum', [TASK_ID], expression);
  return [
    {
      ...lines,
      title: 'Received by task',
      description: 'Network traffic that each task receives.',
      unit: rateUnit('network_rx_bytes'),
      queries: [{ expression: perTask(q.rate('network_rx_bytes', 'task')), legend: EACH_TASK }],
      noValue: 'No network, or that of the host',
    },
    {
      ...lines,
      title: 'Transmitted by task',
      description: 'Network traffic that each task transmits.',
      unit: rateUnit('network_tx_bytes'),
      queries: [{ expression: perTask(q.rate('network_tx_bytes', 'task')), legend: EACH_TASK }],
      noValue: 'No network, or that of the host',
    },
    {
      ...lines,
      title: 'Disk throughput by task',
      description: 'Bytes that each task reads from and writes to block devices.',
      unit: rateUnit('disk_read_bytes'),
      queries: [
        { expression: perTask(q.rate('disk_read_bytes', 'task')), legend: `${EACH_TASK} read` },
        { expression: perTask(q.rate('disk_written_bytes', 'task')), legend: `${EACH_TASK} written` },
      ],
      noValue: 'No disk statistics',
    },
  ];
}

function containers(q: QueryBuilder): readonly Panel[] {
  const lines = { kind: 'lines', width: 8 } as const;
  return [
    {
      ...lines,
      title: 'Running containers',
      description: 'Tasks in which the container is running.',
      unit: valueUnit('container_running'),
      queries: [
        {
          expression: q.aggregate('sum', [CONTAINER], q.value('container_running', 'container')),
          legend: EACH_CONTAINER,
        },
      ],
    },
    {
      ...lines,
      title: 'Unhealthy containers',
      description: 'Tasks in which the health check of the container fails.',
      unit: valueUnit('container_health'),
      queries: [
        {
          expression: q.aggregate(
            'sum',
            [CONTAINER],
            q.value('container_health', 'container', `${q.label('healthState')}="UNHEALTHY"`),
          ),
          legend: EACH_CONTAINER,
        },
      ],
      noValue: 'No health checks',
    },
    {
      ...lines,
      title: 'Restarts by task',
      description: 'In-place restarts of containers, within the window of a point.',
      unit: 'short',
      queries: [
        {
          expression: q.aggregate(
            'sum',
            [TASK_ID],
            `increase(${q.value('exporter_container_restarts', 'exporter')}[$__rate_interval])`,
          ),
          legend: EACH_TASK,
        },
      ],
    },
  ];
}
