import type { StatsdConfig } from './config.ts';

/** Tags that identify the task, each with the resource attribute of its value. Names that Datadog's agent has are its own. */
const ATTRIBUTES = {
  ecs_cluster_name: 'aws.ecs.cluster.arn',
  ecs_service: 'aws.ecs.service.name',
  service: 'aws.ecs.service.name',
  task_family: 'aws.ecs.task.family',
  task_version: 'aws.ecs.task.revision',
  task_id: 'aws.ecs.task.id',
  task_arn: 'aws.ecs.task.arn',
  launch_type: 'aws.ecs.launchtype',
  region: 'cloud.region',
  'availability-zone': 'cloud.availability_zone',
} as const satisfies Readonly<Record<string, string>>;

export type TaskTagName = keyof typeof ATTRIBUTES;

export const TASK_TAG_NAMES = Object.keys(ATTRIBUTES).filter(isTaskTagName);

function isTaskTagName(text: string): text is TaskTagName {
  return text in ATTRIBUTES;
}

/** What precedes a cluster's name in its ARN. */
const BEFORE_NAME = /^arn:.*:cluster\//;

/** The constant tags in the order of version 2's client; the task's come with the first sample. */
export function statsdTags({ tags, taskTags, clientTags }: StatsdConfig) {
  return (resource: Readonly<Record<string, unknown>>): readonly string[] => {
    const ofTask = taskTags.flatMap((name) => {
      const value = String(resource[ATTRIBUTES[name]] ?? '').replace(BEFORE_NAME, '');
      return value === '' ? [] : [`${name}:${value}`];
    });
    return [...tags, ...ofTask, ...clientTags];
  };
}
