import { listOf, tagList } from './lists.ts';
import type { Option } from './option.ts';
import { hostName, socketPath, wholeNumber, yesOrNo } from './values.ts';

/** Tags that identify the task, with the resource attribute of each value. Tags of Datadog's agent keep its names. */
export const TASK_TAG_ATTRIBUTES = {
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

export type TaskTagName = keyof typeof TASK_TAG_ATTRIBUTES;

export const TASK_TAG_NAMES = Object.keys(TASK_TAG_ATTRIBUTES).filter(isTaskTagName);

function isTaskTagName(text: string): text is TaskTagName {
  return text in TASK_TAG_ATTRIBUTES;
}

const PORT = wholeNumber(1, 65_535);

/** A tag from one of Datadog's variables. */
function tagOption(variable: string, tag: string) {
  return {
    group: 'DogStatsD',
    variables: [variable],
    parse: (text) => ({ value: `${tag}:${text}` }),
    isVerbatim: true,
    defaultNote: 'none',
    description: `Value of the tag ${tag} of all metrics.`,
  } as const satisfies Option<string>;
}

/**
 * DogStatsD options; the first three are those of version 2. Those without a flag are the variables of version 2's client
 * (datadog 0.39.0), parsed as it did. They may be meant for other programs in the task, so they are read only if the statsd
 * exporter is enabled.
 */
export const STATSD_OPTIONS = {
  isStatsdWanted: {
    group: 'DogStatsD',
    flag: 'use-statsd',
    variables: ['USE_STATSD'],
    parse: yesOrNo,
    default: 'false',
    description:
      'Push every sample to a DogStatsD agent: in addition to --exporters if it is set, otherwise instead of prometheus.',
  },
  statsdHost: {
    group: 'DogStatsD',
    flag: 'statsd-host',
    placeholder: 'host',
    variables: ['STATSD_HOST'],
    parse: hostName,
    default: 'localhost',
    description: 'Host name or IP address of the agent, for UDP.',
  },
  statsdPort: {
    group: 'DogStatsD',
    flag: 'statsd-port',
    placeholder: 'port',
    variables: ['STATSD_PORT'],
    parse: PORT,
    default: '8125',
    description: 'UDP port of the agent.',
  },
  statsdSocket: {
    group: 'DogStatsD',
    flag: 'statsd-socket',
    placeholder: 'path',
    variables: ['STATSD_SOCKET'],
    parse: socketPath,
    defaultNote: 'none',
    description: 'Unix datagram socket of the agent, instead of UDP; for example /var/run/datadog/dsd.socket.',
  },
  statsdTags: {
    group: 'DogStatsD',
    flag: 'statsd-tags',
    placeholder: 'tags',
    variables: ['STATSD_TAGS'],
    parse: tagList,
    default: '',
    defaultNote: 'none',
    description:
      "Tags of all metrics, comma-separated: team:core,env:prod. They follow the metric's own tags. Characters other than letters, digits, _, -, :, / and . are replaced by _.",
  },
  statsdTaskTags: {
    group: 'DogStatsD',
    flag: 'statsd-task-tags',
    placeholder: 'names',
    variables: ['STATSD_TASK_TAGS'],
    parse: listOf(TASK_TAG_NAMES, true),
    default: '',
    defaultNote: 'none, as in version 2',
    description: `Tags that identify the task, for tasks that share an agent: a comma-separated list of ${TASK_TAG_NAMES.join(', ')}.`,
  },
  datadogHost: {
    group: 'DogStatsD',
    variables: ['DD_AGENT_HOST'],
    parse: hostName,
    defaultNote: 'none',
    description: 'Host of the agent if --statsd-host is localhost and no socket is set.',
  },
  datadogPort: {
    group: 'DogStatsD',
    variables: ['DD_DOGSTATSD_PORT'],
    parse: PORT,
    defaultNote: 'none',
    description: 'UDP port of the agent if --statsd-port is 8125 and no socket is set.',
  },
  datadogTags: {
    group: 'DogStatsD',
    variables: ['DATADOG_TAGS'],
    parse: (text) => ({ value: text.split(',').filter((tag) => tag !== '') }),
    isVerbatim: true,
    defaultNote: 'none',
    description: 'Additional tags of all metrics, comma-separated. Spaces are kept and sent as _.',
  },
  datadogEntityId: tagOption('DD_ENTITY_ID', 'dd.internal.entity_id'),
  datadogEnv: tagOption('DD_ENV', 'env'),
  datadogService: tagOption('DD_SERVICE', 'service'),
  datadogVersion: tagOption('DD_VERSION', 'version'),
  isDatadogDisabled: {
    group: 'DogStatsD',
    variables: ['DD_DOGSTATSD_DISABLE'],
    parse: (text) => ({ value: ['True', 'true', 'yes', '1'].includes(text) }),
    isVerbatim: true,
    default: 'false',
    description: 'True, true, yes or 1 disables the statsd exporter.',
  },
} as const satisfies Readonly<Record<string, Option<unknown>>>;
