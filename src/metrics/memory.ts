import { completeSum, divide } from './arithmetic.ts';
import { memoryLimitBytes, taskMemoryBytes } from './limits.ts';
import { MEMORY_DETAIL_ROWS } from './memory-details.ts';
import { LINUX, type MetricRow } from './row.ts';
import type { ContainerScope, TaskScope } from './scope.ts';

type SummedField = 'usageBytes' | 'cacheBytes' | 'workingSetBytes' | 'rssBytes';

/** A value per container, summed for the task. */
function summed(field: SummedField) {
  const read = ({ sample }: ContainerScope): number | undefined => sample?.memory?.[field];
  return { container: read, task: (scope: TaskScope): number | undefined => completeSum(scope, read) } as const;
}

export const MEMORY_ROWS = {
  mem_usage: {
    family: 'memory',
    kind: 'gauge',
    valueType: 'int',
    description: 'Memory usage including page cache, in bytes.',
    source: 'memory_stats.usage',
    stability: 'compatible',
    ecs: { name: 'mem_usage' },
    semconv: {
      container: 'container.memory.usage',
      task: 'aws.ecs.task.memory.usage',
      unit: 'By',
      kind: 'updowncounter',
    },
    platforms: LINUX,
    ...summed('usageBytes'),
  },
  mem_cache: {
    family: 'memory',
    kind: 'gauge',
    valueType: 'int',
    description: 'Page cache charged to the container, in bytes.',
    source: 'stats.cache (cgroup v1), stats.file (v2)',
    stability: 'compatible',
    ecs: { name: 'mem_cache' },
    semconv: {
      container: 'aws.ecs.container.memory.cache',
      task: 'aws.ecs.task.memory.cache',
      unit: 'By',
      kind: 'updowncounter',
      taskDescription: 'Page cache charged to the containers of the task.',
    },
    platforms: LINUX,
    ...summed('cacheBytes'),
  },
  mem_working_set_bytes: {
    family: 'memory',
    kind: 'gauge',
    valueType: 'int',
    description: 'Working set: memory usage minus inactive page cache, in bytes.',
    source: 'usage - total_inactive_file (cgroup v1), usage - inactive_file (v2), privateworkingset (Windows)',
    stability: 'stable',
    ecs: { name: 'mem_working_set_bytes' },
    semconv: {
      container: 'container.memory.working_set',
      task: 'aws.ecs.task.memory.working_set',
      unit: 'By',
      kind: 'updowncounter',
    },
    ...summed('workingSetBytes'),
  },
  mem_rss_bytes: {
    family: 'memory',
    kind: 'gauge',
    valueType: 'int',
    description: 'Anonymous memory such as heap and stack, in bytes.',
    source: 'stats.rss (cgroup v1), stats.anon (v2)',
    stability: 'stable',
    ecs: { name: 'mem_rss_bytes' },
    semconv: {
      container: 'container.memory.rss',
      task: 'aws.ecs.task.memory.rss',
      unit: 'By',
      kind: 'updowncounter',
    },
    platforms: LINUX,
    ...summed('rssBytes'),
  },
  mem_effective_limit_bytes: {
    family: 'memory',
    kind: 'gauge',
    valueType: 'int',
    description:
      'Effective memory limit, in bytes: above it, the kernel OOM-kills a process. On EC2 without limits: the memory of the host.',
    source:
      'Limits.Memory of the container, else hierarchical_memory_limit, else the smaller of memory_stats.limit and Limits.Memory of the task',
    stability: 'stable',
    ecs: { name: 'mem_effective_limit_bytes' },
    semconv: {
      container: 'aws.ecs.container.memory.limit',
      task: 'aws.ecs.task.memory.limit',
      unit: 'By',
      kind: 'updowncounter',
      taskDescription: 'Memory limit of the task.',
    },
    container: limitOf,
    task: ({ task }) => taskMemoryBytes(task),
  },
  mem_usage_ratio: {
    family: 'memory',
    kind: 'gauge',
    valueType: 'double',
    description: 'Working set as a fraction of the effective memory limit (1 = 100%).',
    source: 'working set / effective memory limit; in ecs rounded to 4 digits',
    stability: 'stable',
    ecs: { name: 'mem_usage_ratio', isRounded: true },
    semconv: {
      container: 'aws.ecs.container.memory.limit_utilization',
      task: 'aws.ecs.task.memory.limit_utilization',
      unit: '1',
    },
    container: (scope) => divide(scope.sample?.memory?.workingSetBytes, limitOf(scope)),
    task: (scope) => divide(scope.workingSet(), taskMemoryBytes(scope.task)),
  },
  mem_available: {
    family: 'memory',
    kind: 'gauge',
    valueType: 'int',
    description:
      'Memory available to the container, in bytes: what remains of its own limit or of the task limit, whichever is less.',
    source: 'limit - working set, at least 0; absent if the task has a limit and a RUNNING container has no sample',
    stability: 'development',
    semconv: {
      container: 'container.memory.available',
      task: 'aws.ecs.task.memory.available',
      unit: 'By',
      kind: 'updowncounter',
      taskDescription: 'Memory available to the task, in bytes: its limit minus its working set.',
    },
    container: availableTo,
    task: (scope) => remaining(scope.workingSet(), taskMemoryBytes(scope.task)),
  },
  ...MEMORY_DETAIL_ROWS,
} as const satisfies Record<string, MetricRow>;

function limitOf({ info, sample, taskScope }: ContainerScope): number | undefined {
  return sample && memoryLimitBytes(info, sample, taskScope.task);
}

/** The limit of the task also applies, if it has one. */
function availableTo(scope: ContainerScope): number | undefined {
  const own = remaining(scope.sample?.memory?.workingSetBytes, limitOf(scope));
  const taskLimit = taskMemoryBytes(scope.taskScope.task);
  if (taskLimit === undefined || own === undefined) return own;
  const ofTask = remaining(scope.taskScope.workingSet(), taskLimit);
  return ofTask === undefined ? undefined : Math.min(own, ofTask);
}

function remaining(used: number | undefined, limit: number | undefined): number | undefined {
  return used === undefined || limit === undefined ? undefined : Math.max(0, limit - used);
}
