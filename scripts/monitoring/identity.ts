import { labelOf } from './metrics.ts';

/** The metric that has the resource of each exporter as labels, scraped or pushed. */
export const TARGET_INFO = 'target_info';

/** Resource attributes of a task that the dashboards and rules use, from src/metrics/identity.ts. */
export const IDENTITY_ATTRIBUTES = {
  cluster: 'aws.ecs.cluster.arn',
  service: 'aws.ecs.service.name',
  task: 'aws.ecs.task.id',
  revision: 'aws.ecs.task.revision',
  zone: 'cloud.availability_zone',
} as const;

export const CLUSTER = labelOf(IDENTITY_ATTRIBUTES.cluster);
export const SERVICE = labelOf(IDENTITY_ATTRIBUTES.service);
export const TASK_ID = labelOf(IDENTITY_ATTRIBUTES.task);
export const REVISION = labelOf(IDENTITY_ATTRIBUTES.revision);
export const ZONE = labelOf(IDENTITY_ATTRIBUTES.zone);

const IDENTITY_LABELS: readonly string[] = Object.values(IDENTITY_ATTRIBUTES).map(labelOf);

/**
 * Aggregates the series of tasks, and adds the identity labels of `by` to them first. The inner `group` drops labels that can
 * change while a task runs, because a join allows one target_info per job and instance only.
 *
 * @param operation for example `sum` or `quantile`
 * @param parameter the first argument of `quantile`
 * @param tasks matchers for target_info
 */
export function aggregate(
  operation: string,
  by: readonly string[],
  expression: string,
  { tasks = [], parameter }: { readonly tasks?: readonly string[]; readonly parameter?: number } = {},
): string {
  const added = by.filter((label) => IDENTITY_LABELS.includes(label));
  const identity = `group by (${['job', 'instance', ...added].join(', ')}) (${TARGET_INFO}${tasks.length === 0 ? '' : `{${tasks.join(', ')}}`})`;
  return `${operation}${by.length === 0 ? ' ' : ` by (${by.join(', ')}) `}(
  ${parameter === undefined ? '' : `${parameter}, `}${expression}
  * on (job, instance) group_left (${added.join(', ')}) ${identity}
)`;
}
