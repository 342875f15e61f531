import type { MetricRow } from './row.ts';

export const LIMIT_ROWS = {
  cpu_limit: {
    family: 'limits',
    kind: 'gauge',
    description:
      'CPU units of the task definition (1024 = 1 vCPU); 0 or 2 where it sets none. A weight for a container, a cap for a task.',
    source: 'Limits.CPU of the container; of the task: Limits.CPU x 1024',
    stability: 'compatible',
    ecs: { name: 'cpu_limit', levels: ['container', 'task'] },
  },
  mem_limit: {
    family: 'limits',
    kind: 'gauge',
    description: 'Memory limit of the task definition in MiB, 0 where it sets none.',
    source: 'Limits.Memory',
    stability: 'compatible',
    ecs: { name: 'mem_limit', levels: ['container', 'task'] },
  },
  cpu_limit_cores: {
    family: 'limits',
    kind: 'gauge',
    description:
      'What cpu_usage_ratio divides by, in cores: the CPU units of the container, else the limit of the task.',
    source: 'Limits.CPU / 1024 of the container unless it is 0 or 2 (unset), else Limits.CPU of the task',
    stability: 'stable',
    ecs: { name: 'cpu_limit_cores', levels: ['container', 'task'] },
    semconv: { container: 'aws.ecs.container.cpu.limit', task: 'aws.ecs.task.cpu.limit', unit: '{cpu}' },
  },
} as const satisfies Record<string, MetricRow>;
