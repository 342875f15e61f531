import type { MetricRow } from './row.ts';

export const LIMIT_ROWS = {
  cpu_limit: {
    family: 'limits',
    kind: 'gauge',
    valueType: 'int',
    description:
      'CPU units of the task definition (1024 = 1 vCPU); 0 or 2 where it sets none. A weight for a container, a cap for a task.',
    source: 'Limits.CPU of the container; of the task: Limits.CPU x 1024',
    stability: 'compatible',
    ecs: { name: 'cpu_limit', levels: ['container', 'task'] },
  },
  mem_limit: {
    family: 'limits',
    kind: 'gauge',
    valueType: 'int',
    description: 'Memory limit of the task definition in MiB, 0 where it sets none.',
    source: 'Limits.Memory',
    stability: 'compatible',
    ecs: { name: 'mem_limit', levels: ['container', 'task'] },
  },
  cpu_limit_cores: {
    family: 'limits',
    kind: 'gauge',
    valueType: 'double',
    description:
      'What cpu_usage_ratio divides by, in cores: the CPU units of the container, else the limit of the task.',
    source: 'Limits.CPU / 1024 of the container unless it is 0 or 2 (unset), else Limits.CPU of the task',
    stability: 'stable',
    ecs: { name: 'cpu_limit_cores', levels: ['container', 'task'] },
    semconv: { task: 'aws.ecs.task.cpu.limit', unit: '{cpu}', taskDescription: 'CPU limit of the task, in cores.' },
  },
  cpu_reservation: {
    family: 'limits',
    kind: 'gauge',
    valueType: 'double',
    description:
      'CPU units of the container, in cores: its weight when containers compete for CPU, not a limit. Absent if unset.',
    source: 'Limits.CPU / 1024 of the container unless it is 0 or 2 (unset)',
    stability: 'stable',
    semconv: { container: 'aws.ecs.container.cpu.reservation', unit: '{cpu}' },
  },
} as const satisfies Record<string, MetricRow>;
