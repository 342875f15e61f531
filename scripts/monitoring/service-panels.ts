import { restarts, restartsOverTime, tasks } from './common-panels.ts';
import { REVISION, TASK_ID, ZONE } from './identity.ts';
import { CONTAINER } from './metrics.ts';
import { lines, NEAR_LIMIT, type Panel, type Section, stat, table } from './panel.ts';
import type { QueryBuilder } from './query-builder.ts';
import { PAIRS } from './rows.ts';
import { rateUnit, valueUnit } from './units.ts';

const EACH_TASK = `{{${TASK_ID}}}`;
const EACH_CONTAINER = `{{${CONTAINER}}}`;
const NO_NETWORK = { noValue: 'Network mode none or host' };

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
  const cores = valueUnit('cpu_cores');
  const bytes = valueUnit('mem_working_set_bytes');
  return [
    tasks(q),
    stat(
      { title: 'CPU usage', description: 'CPU usage of all tasks.', unit: cores },
      q.aggregate('sum', [], q.value('cpu_cores', 'task')),
    ),
    stat(
      {
        title: 'Highest CPU (% of limit)',
        description: q.describe(PAIRS.taskCpu, 'task'),
        unit: valueUnit(PAIRS.taskCpu),
        thresholds: NEAR_LIMIT,
      },
      q.aggregate('max', [], q.value(PAIRS.taskCpu, 'task')),
    ),
    stat(
      { title: 'Working set', description: 'Working set of all tasks.', unit: bytes },
      q.aggregate('sum', [], q.value('mem_working_set_bytes', 'task')),
    ),
    stat(
      {
        title: 'Highest memory (% of limit)',
        description: `${q.describe('mem_usage_ratio', 'container')} The highest of all containers.`,
        unit: valueUnit('mem_usage_ratio'),
        thresholds: NEAR_LIMIT,
      },
      q.aggregate('max', [], q.value('mem_usage_ratio', 'container')),
    ),
    restarts(q, [1, 3]),
  ];
}

function taskTable(q: QueryBuilder, link: string): Panel {
  const max = (expression: string) => q.aggregate('max', [TASK_ID, REVISION, ZONE], expression);
  const sum = (expression: string) => q.aggregate('sum', [TASK_ID, REVISION, ZONE], expression);
  const storage = 'ephemeral_storage_usage_ratio';
  const hasLimit = 'if the task has a memory limit';
  return table(
    {
      title: 'Tasks',
      description: 'The current state of each task, and its restarts in the selected time range.',
      columns: [
        { label: TASK_ID, title: 'Task', link },
        { label: REVISION, title: 'Revision' },
        { label: ZONE, title: 'Availability zone' },
      ],
    },
    ['Running containers', 'none', sum(q.value('container_running', 'container'))],
    ['CPU', valueUnit('cpu_cores'), sum(q.value('cpu_cores', 'task'))],
    ['CPU (% of limit)', valueUnit(PAIRS.taskCpu), max(q.value(PAIRS.taskCpu, 'task'))],
    ['Working set', valueUnit('mem_working_set_bytes'), sum(q.value('mem_working_set_bytes', 'task'))],
    ['Memory (% of limit)', valueUnit('mem_usage_ratio'), max(q.value('mem_usage_ratio', 'task')), hasLimit],
    ['Ephemeral storage', valueUnit(storage), max(q.value(storage, 'task')), 'on Fargate'],
    ['Restarts', 'short', sum(q.increase('exporter_container_restarts', 'exporter'))],
  );
}

function cpu(q: QueryBuilder): readonly Panel[] {
  const ratio = q.value(PAIRS.taskCpu, 'task');
  const unit = valueUnit('cpu_cores');
  return [
    lines(
      8,
      {
        title: 'CPU (% of limit)',
        description: 'Median and maximum of the tasks, as a fraction of the CPU limit.',
        unit: valueUnit(PAIRS.taskCpu),
        thresholds: NEAR_LIMIT,
      },
      ['median', q.quantile(0.5, [], ratio)],
      ['maximum', q.aggregate('max', [], ratio)],
    ),
    lines(8, { title: 'CPU by task', description: 'CPU usage of each task.', unit }, [
      EACH_TASK,
      q.aggregate('sum', [TASK_ID], q.rate('cpu_usage_seconds', 'task')),
    ]),
    lines(8, { title: 'CPU by container', description: 'CPU usage of each container, summed over the tasks.', unit }, [
      EACH_CONTAINER,
      q.aggregate('sum', [CONTAINER], q.rate('cpu_usage_seconds', 'container')),
    ]),
  ];
}

function memory(q: QueryBuilder): readonly Panel[] {
  const ratio = q.value('mem_usage_ratio', 'task');
  const fraction = { unit: valueUnit('mem_usage_ratio'), thresholds: NEAR_LIMIT };
  return [
    lines(
      8,
      {
        ...fraction,
        title: 'Memory (% of limit)',
        description: 'Median and maximum of the tasks, as a fraction of the memory limit.',
        noValue: 'No memory limits',
      },
      ['median', q.quantile(0.5, [], ratio)],
      ['maximum', q.aggregate('max', [], ratio)],
    ),
    lines(
      8,
      {
        title: 'Working set by task',
        description: q.describe('mem_working_set_bytes', 'task'),
        unit: valueUnit('mem_working_set_bytes'),
      },
      [EACH_TASK, q.aggregate('sum', [TASK_ID], q.value('mem_working_set_bytes', 'task'))],
    ),
    lines(
      8,
      {
        ...fraction,
        title: 'Memory by container (% of limit)',
        description: `${q.describe('mem_usage_ratio', 'container')} The highest of all tasks.`,
      },
      [EACH_CONTAINER, q.aggregate('max', [CONTAINER], q.value('mem_usage_ratio', 'container'))],
    ),
  ];
}

function networkAndDisk(q: QueryBuilder): readonly Panel[] {
  const perTask = (expression: string) => q.aggregate('sum', [TASK_ID], expression);
  const unit = rateUnit('network_rx_bytes');
  return [
    lines(8, { ...NO_NETWORK, title: 'Received by task', description: 'Bytes received by each task.', unit }, [
      EACH_TASK,
      perTask(q.rate('network_rx_bytes', 'task')),
    ]),
    lines(8, { ...NO_NETWORK, title: 'Transmitted by task', description: 'Bytes transmitted by each task.', unit }, [
      EACH_TASK,
      perTask(q.rate('network_tx_bytes', 'task')),
    ]),
    lines(
      8,
      {
        title: 'Disk throughput by task',
        description: 'Bytes that each task reads from and writes to block devices.',
        unit: rateUnit('disk_read_bytes'),
        noValue: 'No disk statistics',
      },
      [`${EACH_TASK} read`, perTask(q.rate('disk_read_bytes', 'task'))],
      [`${EACH_TASK} written`, perTask(q.rate('disk_written_bytes', 'task'))],
    ),
  ];
}

function containers(q: QueryBuilder): readonly Panel[] {
  const sum = (expression: string) => q.aggregate('sum', [CONTAINER], expression);
  const isUnhealthy = `${q.label('healthState')}="UNHEALTHY"`;
  return [
    lines(8, { title: 'Running containers', description: 'Tasks in which the container is running.', unit: 'short' }, [
      EACH_CONTAINER,
      sum(q.value('container_running', 'container')),
    ]),
    lines(
      8,
      {
        title: 'Unhealthy containers',
        description: 'Tasks in which the health check of the container fails.',
        unit: 'short',
        noValue: 'No health checks',
      },
      [EACH_CONTAINER, sum(q.value('container_health', 'container', isUnhealthy))],
    ),
    restartsOverTime(q, 'Restarts by task', [TASK_ID], EACH_TASK),
  ];
}
