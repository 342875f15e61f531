import { ONLINE_CPUS } from '../bench/simulator/resource-stats.ts';
import { TASK_LIMITS } from '../bench/simulator/task.ts';

/** What the exporter may not exceed, by metric name, for the task as a whole. */
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
