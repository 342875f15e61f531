import { CONTAINER } from './metrics.ts';
import type { Panel, Section } from './panel.ts';
import type { QueryBuilder } from './query-builder.ts';
import { PAIRS } from './rows.ts';
import { rateUnit, valueUnit } from './units.ts';

const EACH = `{{${CONTAINER}}}`;
const FRACTION = [0.8, 0.9] as const;

/** Panels for one task: its containers side by side. */
export function taskSections(q: QueryBuilder): readonly Section[] {
  return [
    { title: 'Overview', panels: overview(q) },
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
      title: 'CPU of the limit',
      description: q.describe(PAIRS.taskCpu, 'task'),
      unit: valueUnit(PAIRS.taskCpu),
      thresholds: FRACTION,
      queries: [{ expression: q.aggregate('max', [], q.value(PAIRS.taskCpu, 'task')), legend: 'task' }],
    },
    {
      ...stat,
      title: 'Memory of the limit',
      description: q.describe('mem_usage_ratio', 'task'),
      unit: valueUnit('mem_usage_ratio'),
      thresholds: FRACTION,
      queries: [{ expression: q.aggregate('max', [], q.value('mem_usage_ratio', 'task')), legend: 'task' }],
      noValue: 'No memory limit',
    },
    {
      ...stat,
      title: 'Ephemeral storage',
      description: q.describe('ephemeral_storage_usage_ratio', 'task'),
      unit: valueUnit('ephemeral_storage_usage_ratio'),
      thresholds: FRACTION,
      queries: [
        { expression: q.aggregate('max', [], q.value('ephemeral_storage_usage_ratio', 'task')), legend: 'task' },
      ],
      noValue: 'Fargate only',
    },
    {
      ...stat,
      title: 'Running containers',
      description: 'Containers of the task that ECS reports as RUNNING.',
      unit: valueUnit('container_running'),
      queries: [{ expression: q.aggregate('sum', [], q.value('container_running', 'container')), legend: 'running' }],
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
    {
      ...stat,
      title: 'Metadata endpoint',
      description: q.describe('exporter_status', 'exporter'),
      unit: 'none',
      texts: { '1': 'OK', '0': 'failing' },
      queries: [{ expression: q.aggregate('min', [], q.value('exporter_status', 'exporter')), legend: 'status' }],
    },
  ];
}

function cpu(q: QueryBuilder): readonly Panel[] {
  const lines = { kind: 'lines', width: 12 } as const;
  const perContainer = (expression: string) => q.aggregate('sum', [CONTAINER], expression);
  const ofTask = (expression: string) => q.aggregate('sum', [], expression);
  return [
    {
      ...lines,
      title: 'CPU usage',
      description: 'CPU usage of each container, and the CPU limit of the task.',
      unit: valueUnit('cpu_cores'),
      queries: [
        { expression: perContainer(q.rate('cpu_usage_seconds', 'container')), legend: EACH },
        {
          expression: ofTask(q.value('cpu_limit_cores', 'task')),
          legend: 'limit of the task',
          onlyIf: 'if the task has a CPU limit',
        },
      ],
    },
    {
      ...lines,
      title: 'CPU of the task',
      description: 'CPU usage as a fraction of the limit. Near 100%, the kernel throttles the containers.',
      unit: valueUnit(PAIRS.taskCpu),
      thresholds: FRACTION,
      queries: [
        { expression: q.aggregate('max', [], q.value(PAIRS.taskCpu, 'task')), legend: 'used' },
        {
          expression: ofTask(
            `(${q.rate('cgroup_cpu_throttled_periods', 'task')} / ${q.rate('cgroup_cpu_periods', 'task')})`,
          ),
          legend: 'throttled periods',
          onlyIf: 'with CGROUP_ROOT',
        },
      ],
    },
    {
      ...lines,
      title: 'CPU of the containers’ CPU units',
      description: `${q.describe(PAIRS.containerCpu, 'container')} CPU units are a weight: a container can use more.`,
      unit: valueUnit(PAIRS.containerCpu),
      queries: [
        { expression: q.aggregate('max', [CONTAINER], q.value(PAIRS.containerCpu, 'container')), legend: EACH },
      ],
    },
    {
      ...lines,
      title: 'User and system CPU',
      description: 'CPU usage of all containers in user and kernel mode.',
      unit: valueUnit('cpu_cores'),
      queries: [
        { expression: ofTask(q.rate('cpu_user_seconds', 'container')), legend: 'user' },
        { expression: ofTask(q.rate('cpu_system_seconds', 'container')), legend: 'system' },
      ],
    },
  ];
}

function memory(q: QueryBuilder): readonly Panel[] {
  const lines = { kind: 'lines', width: 8 } as const;
  const perContainer = (operation: string, expression: string) => q.aggregate(operation, [CONTAINER], expression);
  const ofTask = (expression: string) => q.aggregate('sum', [], expression);
  return [
    {
      ...lines,
      title: 'Working set',
      description: 'Memory usage minus inactive page cache of each container, and the memory limit of the task.',
      unit: valueUnit('mem_working_set_bytes'),
      queries: [
        { expression: perContainer('sum', q.value('mem_working_set_bytes', 'container')), legend: EACH },
        {
          expression: ofTask(q.value('mem_effective_limit_bytes', 'task')),
          legend: 'limit of the task',
          onlyIf: 'if the task has a memory limit',
        },
      ],
    },
    {
      ...lines,
      title: 'Memory of the limit',
      description: q.describe('mem_usage_ratio', 'container'),
      unit: valueUnit('mem_usage_ratio'),
      thresholds: FRACTION,
      queries: [
        { expression: perContainer('max', q.value('mem_usage_ratio', 'container')), legend: EACH },
        {
          expression: q.aggregate('max', [], q.value('mem_usage_ratio', 'task')),
          legend: 'task',
          onlyIf: 'if the task has a memory limit',
        },
      ],
    },
    {
      ...lines,
      title: 'Memory of the task by kind',
      description:
        'Usage includes all page cache. The working set excludes inactive page cache. RSS is anonymous memory.',
      unit: valueUnit('mem_usage'),
      queries: [
        { expression: ofTask(q.value('mem_usage', 'task')), legend: 'usage' },
        { expression: ofTask(q.value('mem_working_set_bytes', 'task')), legend: 'working set' },
        { expression: ofTask(q.value('mem_rss_bytes', 'task')), legend: 'RSS' },
        { expression: ofTask(q.value('mem_cache', 'task')), legend: 'page cache' },
      ],
    },
  ];
}

function networkAndDisk(q: QueryBuilder): readonly Panel[] {
  const lines = { kind: 'lines', width: 6 } as const;
  const ofTask = (expression: string) => q.aggregate('sum', [], expression);
  const perContainer = (expression: string) => q.aggregate('sum', [CONTAINER], expression);
  return [
    {
      ...lines,
      title: 'Network',
      description: 'Traffic of the task. Containers of an awsvpc task share one network.',
      unit: rateUnit('network_rx_bytes'),
      queries: [
        { expression: ofTask(q.rate('network_rx_bytes', 'task')), legend: 'received' },
        { expression: ofTask(q.rate('network_tx_bytes', 'task')), legend: 'transmitted' },
      ],
      noValue: 'No network, or that of the host',
    },
    {
      ...lines,
      title: 'Network errors and drops',
      description: 'Errors and dropped packets of the task.',
      unit: rateUnit('network_rx_dropped'),
      queries: [
        { expression: ofTask(q.rate('network_rx_errors', 'task')), legend: 'receive errors' },
        { expression: ofTask(q.rate('network_tx_errors', 'task')), legend: 'transmit errors' },
        { expression: ofTask(q.rate('network_rx_dropped', 'task')), legend: 'incoming drops' },
        { expression: ofTask(q.rate('network_tx_dropped', 'task')), legend: 'outgoing drops' },
      ],
      noValue: 'No network, or that of the host',
    },
    {
      ...lines,
      title: 'Disk throughput',
      description: 'Bytes read from and written to block devices. Reads from the page cache are not included.',
      unit: rateUnit(PAIRS.readBytes),
      queries: [
        { expression: perContainer(q.rate(PAIRS.readBytes, 'container')), legend: `${EACH} read` },
        { expression: perContainer(q.rate(PAIRS.writtenBytes, 'container')), legend: `${EACH} written` },
      ],
      noValue: 'No disk statistics',
    },
    {
      ...lines,
      title: 'Disk operations',
      description: 'Read and write operations on block devices. Not available on cgroup v2.',
      unit: rateUnit(PAIRS.reads),
      queries: [
        { expression: perContainer(q.rate(PAIRS.reads, 'container')), legend: `${EACH} reads` },
        { expression: perContainer(q.rate(PAIRS.writes, 'container')), legend: `${EACH} writes` },
      ],
      noValue: 'Not available on cgroup v2',
    },
  ];
}

function containers(q: QueryBuilder): readonly Panel[] {
  const perContainer = (operation: string, expression: string) => q.aggregate(operation, [CONTAINER], expression);
  const isHealthy = `${q.label('healthState')}="HEALTHY"`;
  const uptime =
    q.vocabulary === 'ecs'
      ? `(time() - ${q.value('container_start_time_seconds', 'container')})`
      : q.value('container_uptime_seconds', 'container');
  return [
    {
      kind: 'table',
      width: 24,
      title: 'Containers',
      description: 'The current state of each container, and its restarts in the selected time range.',
      unit: 'none',
      columns: [{ label: CONTAINER, title: 'Container' }],
      queries: [
        { expression: perContainer('max', q.value('container_running', 'container')), legend: 'Running', unit: 'none' },
        {
          expression: perContainer('max', q.value('container_health', 'container', isHealthy)),
          legend: 'Healthy',
          unit: 'none',
          onlyIf: 'with a health check',
        },
        { expression: perContainer('min', uptime), legend: 'Time since start', unit: 's' },
        {
          expression: perContainer('sum', q.value('cpu_cores', 'container')),
          legend: 'CPU',
          unit: valueUnit('cpu_cores'),
        },
        {
          expression: perContainer('sum', q.value('mem_working_set_bytes', 'container')),
          legend: 'Working set',
          unit: valueUnit('mem_working_set_bytes'),
        },
        {
          expression: perContainer('max', q.value('mem_usage_ratio', 'container')),
          legend: 'Memory of the limit',
          unit: valueUnit('mem_usage_ratio'),
        },
        {
          expression: perContainer('sum', q.value('pids', 'container')),
          legend: 'Processes',
          unit: 'none',
          onlyIf: 'on EC2',
        },
        {
          expression: perContainer('sum', q.increase('container_restarts', 'container')),
          legend: 'Restarts',
          unit: 'none',
          onlyIf: 'with a restart policy',
        },
        {
          expression: perContainer('max', q.value('container_exit_code', 'container')),
          legend: 'Exit code',
          unit: 'none',
          onlyIf: 'after a stop',
        },
      ],
    },
    {
      kind: 'states',
      width: 12,
      title: 'Running',
      description: q.describe('container_running', 'container'),
      unit: 'none',
      texts: { '1': 'running', '0': 'not running' },
      queries: [{ expression: perContainer('max', q.value('container_running', 'container')), legend: EACH }],
    },
    {
      kind: 'states',
      width: 12,
      title: 'Health checks',
      description: 'Containers with a health check in the task definition.',
      unit: 'none',
      texts: { '1': 'healthy', '0': 'not healthy' },
      queries: [{ expression: perContainer('max', q.value('container_health', 'container', isHealthy)), legend: EACH }],
      noValue: 'No health checks',
    },
  ];
}
