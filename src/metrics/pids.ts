import { completeSum } from './arithmetic.ts';
import { EC2, type MetricRow } from './row.ts';

export const PID_ROWS = {
  pids: {
    family: 'pids',
    kind: 'gauge',
    valueType: 'int',
    description: 'Processes and threads of the container. Fargate, Managed Instances and Windows do not tell.',
    source: 'pids_stats.current',
    stability: 'stable',
    ecs: { name: 'pids' },
    semconv: {
      container: 'aws.ecs.container.pids.current',
      task: 'aws.ecs.task.pids.current',
      unit: '{pid}',
      kind: 'updowncounter',
      taskDescription: 'Processes and threads of all containers of the task.',
    },
    platforms: EC2,
    container: ({ sample }) => sample?.pids?.current,
    task: (scope) => completeSum(scope, ({ sample }) => sample?.pids?.current),
  },
  pids_limit: {
    family: 'pids',
    kind: 'gauge',
    valueType: 'int',
    description: 'How many processes and threads the container may have at once; absent where it has no such limit.',
    source: 'pids_stats.limit, unless it is 0 or 2^64 - 1 (none)',
    stability: 'stable',
    ecs: { name: 'pids_limit' },
    semconv: { container: 'aws.ecs.container.pids.limit', unit: '{pid}', kind: 'updowncounter' },
    platforms: EC2,
    container: ({ sample }) => sample?.pids?.limit,
  },
} as const satisfies Record<string, MetricRow>;
