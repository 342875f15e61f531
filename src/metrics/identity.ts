import type { TaskInfo } from '../snapshot/snapshot.ts';
import { parseTaskArn, type TaskArn } from '../snapshot/task-info.ts';

/** Resource attributes of a task, by name. */
export type TaskIdentity = Readonly<Record<string, string>>;

const CLUSTER_ARN = /^arn:[^:]+:ecs:[^:]*:[^:]*:cluster\/.+$/;

/**
 * Resource attributes that identify the task and do not change during its lifetime. Attributes that the metadata lacks are
 * omitted.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/resource/cloud-provider/aws/ecs/
 */
export function taskIdentity(task: TaskInfo): TaskIdentity {
  const arn = parseTaskArn(task.arn);
  const { region, account, id } = arn ?? {};
  return defined({
    'cloud.provider': 'aws',
    'cloud.platform': 'aws_ecs',
    'cloud.region': region,
    'cloud.account.id': account,
    'cloud.availability_zone': task.availabilityZone,
    'aws.ecs.availability_zone.id': task.availabilityZoneId,
    'aws.ecs.vpc.id': task.vpcId,
    'aws.ecs.cluster.arn': clusterArn(task.cluster, arn),
    'aws.ecs.task.arn': task.arn,
    'cloud.resource_id': task.arn,
    'aws.ecs.task.id': id,
    'aws.ecs.task.family': task.family,
    'aws.ecs.task.revision': task.revision,
    'aws.ecs.launchtype': task.launchType?.toLowerCase(),
    'aws.ecs.service.name': task.serviceName,
    'service.instance.id': id,
    ...tagAttributes(task),
  });
}

/** No convention covers task tags; the names follow those of labels (`k8s.pod.label.<key>`). */
function tagAttributes({ tags = new Map() }: TaskInfo): Readonly<Record<string, string>> {
  return Object.fromEntries([...tags].map(([key, value]) => [`aws.ecs.task.tag.${key}`, value]));
}

/** On EC2, the metadata has the name of the cluster, on Fargate its ARN. Region and account are those of the task. */
function clusterArn(cluster: string | undefined, arn: TaskArn | undefined): string | undefined {
  if (cluster !== undefined && CLUSTER_ARN.test(cluster)) return cluster;
  if (arn === undefined) return undefined;
  const { partition, region, account, cluster: ofTask } = arn;
  const name = cluster ?? ofTask;
  return name === undefined ? undefined : `arn:${partition}:ecs:${region}:${account}:cluster/${name}`;
}

function defined(attributes: Readonly<Record<string, string | undefined>>): TaskIdentity {
  const present: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== '') present[name] = value;
  return Object.freeze(present);
}
