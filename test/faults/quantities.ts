import { ONLINE_CPUS } from '../bench/simulator/resource-stats.ts';
import { TASK_LIMITS } from '../bench/simulator/task.ts';
import { at, listAt } from '../real/json.ts';
import type { Shape } from './true-task.ts';

/** A value of a container or the sum over the task, with its exported names. */
export interface Quantity {
  readonly family: 'cpu' | 'memory' | 'disk' | 'network' | 'page faults';
  /** Of the semconv vocabulary, as pushed. */
  readonly name: string;
  /** Of the task's sum; undefined if there is none. */
  readonly taskName?: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of the ecs vocabulary, as scraped. */
  readonly pageName: string;
  readonly isCounter: boolean;
  /** True if it starts at 0 with each run of the container. */
  readonly isPerRun: boolean;
  /** The value in a document; undefined if it is missing. */
  readonly read: (stats: unknown) => number | undefined;
}

const SECOND_NS = 1e9;

/** Values of containers; network only where each container has its own namespace. */
export function quantitiesOf(shape: Shape): readonly Quantity[] {
  const isPerRun = shape === 'fargate';
  const disk = (
    direction: 'read' | 'write',
    list: string,
    operation: string,
    page: string,
    unit: string,
  ): Quantity => ({
    family: 'disk',
    name: unit === 'io' ? 'container.disk.io' : 'aws.ecs.container.disk.operations',
    taskName: `aws.ecs.task.disk.${unit}`,
    attributes: { 'disk.io.direction': direction },
    pageName: `ecs_task_${page}_total`,
    isCounter: true,
    isPerRun,
    read: (stats) => operations(stats, list, operation),
  });
  const cpuMode = (mode: 'user' | 'system', member: string): Quantity => ({
    family: 'cpu',
    name: 'container.cpu.time',
    attributes: { 'cpu.mode': mode },
    pageName: `ecs_task_cpu_${mode}_seconds_total`,
    isCounter: true,
    isPerRun,
    read: (stats) => seconds(at(stats, 'cpu_stats', 'cpu_usage', member)),
  });
  return [
    {
      family: 'cpu',
      name: 'aws.ecs.container.cpu.time',
      taskName: 'aws.ecs.task.cpu.time',
      attributes: {},
      pageName: 'ecs_task_cpu_usage_seconds_total',
      isCounter: true,
      isPerRun,
      read: (stats) => seconds(at(stats, 'cpu_stats', 'cpu_usage', 'total_usage')),
    },
    cpuMode('user', 'usage_in_usermode'),
    cpuMode('system', 'usage_in_kernelmode'),
    {
      family: 'memory',
      name: 'container.memory.usage',
      taskName: 'aws.ecs.task.memory.usage',
      attributes: {},
      pageName: 'ecs_task_mem_usage',
      isCounter: false,
      isPerRun: true,
      read: (stats) => number(at(stats, 'memory_stats', 'usage')),
    },
    {
      family: 'memory',
      name: 'container.memory.working_set',
      taskName: 'aws.ecs.task.memory.working_set',
      attributes: {},
      pageName: 'ecs_task_mem_working_set_bytes',
      isCounter: false,
      isPerRun: true,
      read: (stats) =>
        difference(at(stats, 'memory_stats', 'usage'), at(stats, 'memory_stats', 'stats', 'total_inactive_file')),
    },
    {
      family: 'page faults',
      name: 'container.paging.faults',
      attributes: { 'system.paging.fault.type': 'minor' },
      pageName: 'ecs_task_mem_page_faults_total',
      isCounter: true,
      isPerRun: true,
      read: (stats) =>
        difference(
          at(stats, 'memory_stats', 'stats', 'total_pgfault'),
          at(stats, 'memory_stats', 'stats', 'total_pgmajfault'),
        ),
    },
    disk('read', 'io_service_bytes_recursive', 'Read', 'disk_read_bytes', 'io'),
    disk('write', 'io_service_bytes_recursive', 'Write', 'disk_written_bytes', 'io'),
    disk('read', 'io_serviced_recursive', 'Read', 'disk_read_iops', 'operations'),
    disk('write', 'io_serviced_recursive', 'Write', 'disk_written_iops', 'operations'),
    ...networkQuantities(),
  ];
}

function networkQuantities(): readonly Quantity[] {
  const network = (direction: string, member: string, unit: string): Quantity => ({
    family: 'network',
    name: unit === 'io' ? 'container.network.io' : `aws.ecs.container.network.${unit}`,
    taskName: `aws.ecs.task.network.${unit}`,
    attributes: { 'network.io.direction': direction },
    pageName: `ecs_task_network_${member}_total`,
    isCounter: true,
    isPerRun: false,
    read: (stats) => interfaces(stats, member),
  });
  return [
    network('receive', 'rx_bytes', 'io'),
    network('transmit', 'tx_bytes', 'io'),
    network('receive', 'rx_packets', 'packets'),
    network('transmit', 'tx_packets', 'packets'),
  ];
}

function operations(stats: unknown, list: string, operation: string): number | undefined {
  if (!Array.isArray(at(stats, 'blkio_stats', list))) return undefined;
  return listAt(stats, 'blkio_stats', list)
    .filter((entry) => at(entry, 'op') === operation)
    .reduce<number>((total, entry) => total + (number(at(entry, 'value')) ?? 0), 0);
}

/** Over all interfaces. */
function interfaces(stats: unknown, member: string): number | undefined {
  const networks = at(stats, 'networks');
  if (typeof networks !== 'object' || networks === null) return undefined;
  return Object.values(networks).reduce<number>((total, entry) => total + (number(at(entry, member)) ?? 0), 0);
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function seconds(value: unknown): number | undefined {
  return typeof value === 'number' ? value / SECOND_NS : undefined;
}

function difference(a: unknown, b: unknown): number | undefined {
  return typeof a === 'number' && typeof b === 'number' ? a - b : undefined;
}

/** Upper limits of the task's values, by metric name. */
export const LIMITS: Readonly<Record<string, number>> = {
  ecs_task_cpu_cores: ONLINE_CPUS,
  ecs_task_cpu_usage_ratio: ONLINE_CPUS / TASK_LIMITS.CPU,
  ecs_task_mem_usage: TASK_LIMITS.Memory * 1024 ** 2,
  ecs_task_mem_cache: TASK_LIMITS.Memory * 1024 ** 2,
  ecs_task_mem_rss_bytes: TASK_LIMITS.Memory * 1024 ** 2,
  ecs_task_mem_working_set_bytes: TASK_LIMITS.Memory * 1024 ** 2,
  ecs_task_mem_usage_ratio: 1,
  'aws.ecs.task.cpu.usage': ONLINE_CPUS,
  'aws.ecs.task.memory.usage': TASK_LIMITS.Memory * 1024 ** 2,
  'aws.ecs.task.memory.working_set': TASK_LIMITS.Memory * 1024 ** 2,
};
