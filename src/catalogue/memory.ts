import { MEMORY_DETAIL_ROWS } from './memory-details.ts';
import type { MetricRow } from './row.ts';

export const MEMORY_ROWS = {
  mem_usage: {
    family: 'memory',
    kind: 'gauge',
    description: 'Memory in use, page cache included, in bytes.',
    source: 'memory_stats.usage',
    stability: 'compatible',
    ecs: { name: 'mem_usage', levels: ['container', 'task'] },
    semconv: {
      container: 'container.memory.usage',
      task: 'aws.ecs.task.memory.usage',
      unit: 'By',
      kind: 'updowncounter',
    },
  },
  mem_cache: {
    family: 'memory',
    kind: 'gauge',
    description: 'Page cache that is charged to the container, in bytes.',
    source: 'stats.cache (cgroup v1), stats.file (v2)',
    stability: 'compatible',
    ecs: { name: 'mem_cache', levels: ['container', 'task'] },
    semconv: {
      container: 'aws.ecs.container.memory.cache',
      task: 'aws.ecs.task.memory.cache',
      unit: 'By',
      kind: 'updowncounter',
    },
  },
  mem_working_set_bytes: {
    family: 'memory',
    kind: 'gauge',
    description: 'Memory in use without the page cache that the kernel can take back at once, in bytes.',
    source: 'usage - total_inactive_file (cgroup v1), usage - inactive_file (v2), privateworkingset (Windows)',
    stability: 'stable',
    ecs: { name: 'mem_working_set_bytes', levels: ['container', 'task'] },
    semconv: {
      container: 'container.memory.working_set',
      task: 'aws.ecs.task.memory.working_set',
      unit: 'By',
      kind: 'updowncounter',
    },
  },
  mem_rss_bytes: {
    family: 'memory',
    kind: 'gauge',
    description: 'Anonymous memory (heap, stack, ...), in bytes.',
    source: 'stats.rss (cgroup v1), stats.anon (v2)',
    stability: 'stable',
    ecs: { name: 'mem_rss_bytes', levels: ['container', 'task'] },
    semconv: {
      container: 'container.memory.rss',
      task: 'aws.ecs.task.memory.rss',
      unit: 'By',
      kind: 'updowncounter',
    },
  },
  mem_effective_limit_bytes: {
    family: 'memory',
    kind: 'gauge',
    description:
      'The memory limit in force, in bytes: at it the kernel ends a process. On EC2 without limits, the memory of the host.',
    source:
      'Limits.Memory of the container, else hierarchical_memory_limit, else the smaller of memory_stats.limit and Limits.Memory of the task',
    stability: 'stable',
    ecs: { name: 'mem_effective_limit_bytes', levels: ['container', 'task'] },
    semconv: {
      container: 'aws.ecs.container.memory.limit',
      task: 'aws.ecs.task.memory.limit',
      unit: 'By',
      kind: 'updowncounter',
    },
  },
  mem_usage_ratio: {
    family: 'memory',
    kind: 'gauge',
    description: 'Working set as a share of the limit in force (1 = all of it).',
    source: 'mem_working_set_bytes / mem_effective_limit_bytes, rounded to 4 digits',
    stability: 'stable',
    ecs: { name: 'mem_usage_ratio', levels: ['container', 'task'] },
    semconv: { container: 'aws.ecs.container.memory.utilization', task: 'aws.ecs.task.memory.utilization', unit: '1' },
  },
  mem_available: {
    family: 'memory',
    kind: 'gauge',
    description: 'Memory that is left below the limit in force, in bytes.',
    source: 'mem_effective_limit_bytes - mem_working_set_bytes, never below 0',
    stability: 'development',
    semconv: {
      container: 'container.memory.available',
      task: 'aws.ecs.task.memory.available',
      unit: 'By',
      kind: 'updowncounter',
    },
  },
  ...MEMORY_DETAIL_ROWS,
} as const satisfies Record<string, MetricRow>;
