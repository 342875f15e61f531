import { restarts } from './common-panels.ts';
import { containerPanels } from './container-panels.ts';
import { CONTAINER } from './metrics.ts';
import { lines, NEAR_LIMIT, type Panel, type Section, stat } from './panel.ts';
import type { QueryBuilder } from './query-builder.ts';
import { PAIRS } from './rows.ts';
import { rateUnit, valueUnit } from './units.ts';

const EACH = `{{${CONTAINER}}}`;
const NO_NETWORK = { noValue: 'Network mode none or host' };

/** Panels for one task: its containers side by side. */
export function taskSections(q: QueryBuilder): readonly Section[] {
  return [
    { title: 'Overview', panels: overview(q) },
    { title: 'CPU', panels: cpu(q) },
    { title: 'Memory', panels: memory(q) },
    { title: 'Network and disk', panels: networkAndDisk(q) },
    { title: 'Containers', panels: containerPanels(q) },
  ];
}

function overview(q: QueryBuilder): readonly Panel[] {
  const fraction = (title: string, row: 'mem_usage_ratio' | 'ephemeral_storage_usage_ratio', noValue: string) =>
    stat(
      { title, description: q.describe(row, 'task'), unit: valueUnit(row), thresholds: NEAR_LIMIT, noValue },
      q.aggregate('max', [], q.value(row, 'task')),
    );
  return [
    stat(
      {
        title: 'CPU (% of limit)',
        description: q.describe(PAIRS.taskCpu, 'task'),
        unit: valueUnit(PAIRS.taskCpu),
        thresholds: NEAR_LIMIT,
      },
      q.aggregate('max', [], q.value(PAIRS.taskCpu, 'task')),
    ),
    fraction('Memory (% of limit)', 'mem_usage_ratio', 'No memory limit'),
    fraction('Ephemeral storage', 'ephemeral_storage_usage_ratio', 'Fargate only'),
    stat(
      { title: 'Running containers', description: 'Containers that ECS reports as RUNNING.', unit: 'short' },
      q.aggregate('sum', [], q.value('container_running', 'container')),
    ),
    restarts(q, [1, 3]),
    stat(
      {
        title: 'Metadata endpoint',
        description: q.describe('exporter_status', 'exporter'),
        unit: 'none',
        texts: ['OK', 'failing'],
      },
      q.aggregate('min', [], q.value('exporter_status', 'exporter')),
    ),
  ];
}

function cpu(q: QueryBuilder): readonly Panel[] {
  const perContainer = (expression: string) => q.aggregate('sum', [CONTAINER], expression);
  const ofTask = (expression: string) => q.aggregate('sum', [], expression);
  const throttled = `(${q.rate('cgroup_cpu_throttled_periods', 'task')} / ${q.rate('cgroup_cpu_periods', 'task')})`;
  return [
    lines(
      12,
      {
        title: 'CPU usage',
        description: 'CPU usage of each container, and the CPU limit of the task.',
        unit: valueUnit('cpu_cores'),
      },
      [EACH, perContainer(q.rate('cpu_usage_seconds', 'container'))],
      ['limit of the task', ofTask(q.value('cpu_limit_cores', 'task')), 'if the task has a CPU limit'],
    ),
    lines(
      12,
      {
        title: 'CPU of the task',
        description: 'CPU usage as a fraction of the limit. Near 100%, the kernel throttles the containers.',
        unit: valueUnit(PAIRS.taskCpu),
        thresholds: NEAR_LIMIT,
      },
      ['used', q.aggregate('max', [], q.value(PAIRS.taskCpu, 'task'))],
      ['throttled periods', ofTask(throttled), 'with CGROUP_ROOT'],
    ),
    lines(
      12,
      {
        title: 'CPU (% of CPU units)',
        description: `${q.describe(PAIRS.containerCpu, 'container')} CPU units are a weight: a container can use more.`,
        unit: valueUnit(PAIRS.containerCpu),
      },
      [EACH, q.aggregate('max', [CONTAINER], q.value(PAIRS.containerCpu, 'container'))],
    ),
    lines(
      12,
      {
        title: 'User and system CPU',
        description: 'CPU usage of all containers in user and kernel mode.',
        unit: valueUnit('cpu_cores'),
      },
      ['user', ofTask(q.rate('cpu_user_seconds', 'container'))],
      ['system', ofTask(q.rate('cpu_system_seconds', 'container'))],
    ),
  ];
}

function memory(q: QueryBuilder): readonly Panel[] {
  const ofTask = (expression: string) => q.aggregate('sum', [], expression);
  const hasLimit = 'if the task has a memory limit';
  return [
    lines(
      8,
      {
        title: 'Working set',
        description: 'Memory usage minus inactive page cache of each container, and the memory limit of the task.',
        unit: valueUnit('mem_working_set_bytes'),
      },
      [EACH, q.aggregate('sum', [CONTAINER], q.value('mem_working_set_bytes', 'container'))],
      ['limit of the task', ofTask(q.value('mem_effective_limit_bytes', 'task')), hasLimit],
    ),
    lines(
      8,
      {
        title: 'Memory (% of limit)',
        description: q.describe('mem_usage_ratio', 'container'),
        unit: valueUnit('mem_usage_ratio'),
        thresholds: NEAR_LIMIT,
      },
      [EACH, q.aggregate('max', [CONTAINER], q.value('mem_usage_ratio', 'container'))],
      ['task', q.aggregate('max', [], q.value('mem_usage_ratio', 'task')), hasLimit],
    ),
    lines(
      8,
      {
        title: 'Memory of the task by kind',
        description:
          'Usage includes all page cache. The working set excludes inactive page cache. RSS is anonymous memory.',
        unit: valueUnit('mem_usage'),
      },
      ['usage', ofTask(q.value('mem_usage', 'task'))],
      ['working set', ofTask(q.value('mem_working_set_bytes', 'task'))],
      ['RSS', ofTask(q.value('mem_rss_bytes', 'task'))],
      ['page cache', ofTask(q.value('mem_cache', 'task'))],
    ),
  ];
}

function networkAndDisk(q: QueryBuilder): readonly Panel[] {
  const ofTask = (row: 'rx_bytes' | 'tx_bytes' | 'rx_errors' | 'tx_errors' | 'rx_dropped' | 'tx_dropped') =>
    q.aggregate('sum', [], q.rate(`network_${row}`, 'task'));
  const perContainer = (row: 'readBytes' | 'writtenBytes' | 'reads' | 'writes') =>
    q.aggregate('sum', [CONTAINER], q.rate(PAIRS[row], 'container'));
  return [
    lines(
      6,
      {
        ...NO_NETWORK,
        title: 'Network',
        description: 'Traffic of the task. Containers of an awsvpc task share one network namespace.',
        unit: rateUnit('network_rx_bytes'),
      },
      ['received', ofTask('rx_bytes')],
      ['transmitted', ofTask('tx_bytes')],
    ),
    lines(
      6,
      {
        ...NO_NETWORK,
        title: 'Network errors and drops',
        description: 'Errors and dropped packets of the task.',
        unit: rateUnit('network_rx_dropped'),
      },
      ['receive errors', ofTask('rx_errors')],
      ['transmit errors', ofTask('tx_errors')],
      ['incoming drops', ofTask('rx_dropped')],
      ['outgoing drops', ofTask('tx_dropped')],
    ),
    lines(
      6,
      {
        title: 'Disk throughput',
        description: 'Bytes read from and written to block devices. Reads from the page cache are not included.',
        unit: rateUnit(PAIRS.readBytes),
        noValue: 'No disk statistics',
      },
      [`${EACH} read`, perContainer('readBytes')],
      [`${EACH} written`, perContainer('writtenBytes')],
    ),
    lines(
      6,
      {
        title: 'Disk operations',
        description: 'Read and write operations on block devices. Not available on cgroup v2.',
        unit: rateUnit(PAIRS.reads),
        noValue: 'Not available on cgroup v2',
      },
      [`${EACH} reads`, perContainer('reads')],
      [`${EACH} writes`, perContainer('writes')],
    ),
  ];
}
