import { completeSum } from './arithmetic.ts';
import { EC2, type MetricRow } from './row.ts';

export const PID_ROWS = {
  pids: {
    family: 'pids',
    kind: 'gauge',
    valueType: 'int',
    description: 'Processes and threads in the container. Not available on Fargate, Managed Instances and Windows.',
    source: 'pids_stats.current',
    stability: 'stable',
    ecs: { name: 'pids' },
    semconv: {
      container: 'aws.ecs.container.pids.current',
      task: 'aws.ecs.task.pids.current',
      unit: '{pid}',
      kind: 'updowncounter',
      taskDescription: 'Processes and threads in all containers of the task.',
    },
    platforms: EC2,
    container: ({ sample }) => sample?.pids?.current,
    task: (scope) => completeSum(scope, ({ sample }) => sample?.pids?.current),
  },
  pids_limit: {
    family: 'pids',
    kind: 'gauge',
    valueType: 'int',
    description: 'Maximum number of processes and threads in the container. Absent if unlimited.',
    source: 'pids_stats.limit, unless 0 or 2^64 - 1 (unlimited)',
    stability: 'stable',
    ecs: { name: 'pids_limit' },
    semconv: { container: 'aws.ecs.container.pids.limit', unit: '{pid}', kind: 'updowncounter' },
    platforms: EC2,
    container: ({ sample }) => sample?.pids?.limit,
  },
} as const satisfies Record<string, MetricRow>;
