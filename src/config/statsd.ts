import type { StatsdOptions } from '../../instrumentation/statsd/statsd-exporter.ts';
import { listOf, tagList } from './lists.ts';
import { defaultOf, type Option, type OptionTable, problem, problemWith, type Settings } from './option.ts';
import { hostName, socketPath, wholeNumber, yesOrNo } from './value-parsers.ts';

/** Tags that identify the task, each with its resource attribute. Tags that Datadog's agent also sets keep the agent's names. */
const TASK_TAG_ATTRIBUTES = {
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
    variables: [variable],
    parse: (text) => ({ value: `${tag}:${text}` }),
    isVerbatim: true,
    defaultNote: 'none',
    description: `Value of the tag ${tag}, added to all metrics.`,
  } as const satisfies Option<string>;
}

/**
 * DogStatsD options; the first three are those of version 2. Those without a flag are the variables of version 2's client
 * (datadog 0.39.0), parsed as it did. They may be meant for other programs in the task, so they are read only if the statsd
 * exporter is enabled.
 */
export const STATSD_OPTIONS = {
  isStatsdWanted: {
    flag: 'use-statsd',
    variables: ['USE_STATSD'],
    parse: yesOrNo,
    default: 'false',
    description:
      'Push every sample to a DogStatsD agent: in addition to --exporters if it is set, otherwise instead of prometheus.',
  },
  statsdHost: {
    flag: 'statsd-host',
    placeholder: 'host',
    variables: ['STATSD_HOST'],
    parse: hostName,
    default: 'localhost',
    description: 'Host name or IP address of the agent, for UDP.',
  },
  statsdPort: {
    flag: 'statsd-port',
    placeholder: 'port',
    variables: ['STATSD_PORT'],
    parse: PORT,
    default: '8125',
    description: 'UDP port of the agent.',
  },
  statsdSocket: {
    flag: 'statsd-socket',
    placeholder: 'path',
    variables: ['STATSD_SOCKET'],
    parse: socketPath,
    defaultNote: 'none',
    description: 'Unix datagram socket of the agent, instead of UDP; for example /var/run/datadog/dsd.socket.',
  },
  statsdTags: {
    flag: 'statsd-tags',
    placeholder: 'tags',
    variables: ['STATSD_TAGS'],
    parse: tagList,
    default: '',
    defaultNote: 'none',
    description:
      "Tags to add to all metrics, comma-separated: team:core,env:prod. They follow the metric's own tags. Characters other than letters, digits, _, -, :, / and . are replaced by _.",
  },
  statsdTaskTags: {
    flag: 'statsd-task-tags',
    placeholder: 'names',
    variables: ['STATSD_TASK_TAGS'],
    parse: listOf(TASK_TAG_NAMES, true),
    default: '',
    defaultNote: 'none, as in version 2',
    description: `Tags that identify the task, for tasks that share an agent: a comma-separated list of ${TASK_TAG_NAMES.join(', ')}.`,
  },
  datadogHost: {
    variables: ['DD_AGENT_HOST'],
    parse: hostName,
    defaultNote: 'none',
    description: 'Host of the agent if --statsd-host is localhost and no socket is set.',
  },
  datadogPort: {
    variables: ['DD_DOGSTATSD_PORT'],
    parse: PORT,
    defaultNote: 'none',
    description: 'UDP port of the agent if --statsd-port is 8125 and no socket is set.',
  },
  datadogTags: {
    variables: ['DATADOG_TAGS'],
    parse: (text) => ({ value: text.split(',').filter((tag) => tag !== '') }),
    isVerbatim: true,
    defaultNote: 'none',
    description: 'Additional tags for all metrics, comma-separated. Spaces are kept and sent as _.',
  },
  datadogEntityId: tagOption('DD_ENTITY_ID', 'dd.internal.entity_id'),
  datadogEnv: tagOption('DD_ENV', 'env'),
  datadogService: tagOption('DD_SERVICE', 'service'),
  datadogVersion: tagOption('DD_VERSION', 'version'),
  isDatadogDisabled: {
    variables: ['DD_DOGSTATSD_DISABLE'],
    parse: (text) => ({ value: ['True', 'true', 'yes', '1'].includes(text) }),
    isVerbatim: true,
    default: 'false',
    description: 'True, true, yes or 1 disables the statsd exporter.',
  },
} as const satisfies OptionTable;

export interface StatsdConfig extends Pick<StatsdOptions, 'host' | 'port' | 'socketPath'> {
  /** Tags of every line, from STATSD_TAGS. */
  readonly tags: readonly string[];
  /** Tags of every line that identify the task. */
  readonly taskTags: readonly TaskTagName[];
  /** Tags of every line, `name:value`, from Datadog's variables, in the order of version 2's client. */
  readonly clientTags: readonly string[];
  /** DD_DOGSTATSD_DISABLE has removed statsd from the exporters. */
  readonly isDisabled: boolean;
}

/**
 * The address of the DogStatsD agent (a socket, or host and port, but not both) and the tags of every line.
 *
 * @param isWanted whether statsd is among the exporters; otherwise Datadog's variables are ignored, even if invalid
 */
export function resolveStatsd(settings: Settings, isWanted: boolean): StatsdConfig {
  const socket = settings.given(STATSD_OPTIONS.statsdSocket);
  const host = settings.given(STATSD_OPTIONS.statsdHost);
  const port = settings.given(STATSD_OPTIONS.statsdPort);
  const udp = host ?? port;
  if (socket !== undefined && udp !== undefined) {
    const error = `conflicts with ${udp.source.name}; set either a Unix socket or a UDP host and port`;
    settings.report(problemWith('conflict', STATSD_OPTIONS.statsdSocket, socket.source, error));
  }
  const own = {
    host: host?.value ?? defaultOf(STATSD_OPTIONS.statsdHost),
    port: port?.value ?? defaultOf(STATSD_OPTIONS.statsdPort),
    socketPath: socket?.value,
    tags: settings.value(STATSD_OPTIONS.statsdTags),
    taskTags: settings.value(STATSD_OPTIONS.statsdTaskTags),
  };
  const isDisabled = isWanted && settings.value(STATSD_OPTIONS.isDatadogDisabled);
  const variable = 'DD_DOGSTATSD_DISABLE';
  if (isDisabled) settings.warn(problem('statsd_disabled', variable, `${variable} disables the statsd exporter`));
  if (!isWanted || isDisabled) return { ...own, clientTags: [], isDisabled };
  return { ...own, ...resolveClient(settings, own), isDisabled };
}

/** Applies Datadog's variables as version 2's client did: they replace a default address even if it was set explicitly. */
function resolveClient(
  settings: Settings,
  { host, port, socketPath }: Pick<StatsdConfig, 'host' | 'port' | 'socketPath'>,
): Pick<StatsdConfig, 'host' | 'port' | 'clientTags'> {
  const isUdp = socketPath === undefined;
  const isDefaultHost = isUdp && host === defaultOf(STATSD_OPTIONS.statsdHost);
  const isDefaultPort = isUdp && port === defaultOf(STATSD_OPTIONS.statsdPort);
  const { datadogEntityId, datadogEnv, datadogService, datadogVersion } = STATSD_OPTIONS;
  const tags = [datadogEntityId, datadogEnv, datadogService, datadogVersion].flatMap(
    (option: Option<string>) => settings.given(option)?.value ?? [],
  );
  return {
    host: (isDefaultHost ? settings.given(STATSD_OPTIONS.datadogHost)?.value : undefined) ?? host,
    port: (isDefaultPort ? settings.given(STATSD_OPTIONS.datadogPort)?.value : undefined) ?? port,
    clientTags: [...(settings.given(STATSD_OPTIONS.datadogTags)?.value ?? []), ...tags],
  };
}

/** The part of a cluster ARN before the cluster's name. */
const CLUSTER_PREFIX = /^arn:.*:cluster\//;

/** The tags of every line, in the order of version 2's client. Task tags are available after the first sample. */
export function statsdTags({ tags, taskTags, clientTags }: StatsdConfig) {
  return (resource: Readonly<Record<string, unknown>>): readonly string[] => {
    const ofTask = taskTags.flatMap((name) => {
      const value = String(resource[TASK_TAG_ATTRIBUTES[name]] ?? '').replace(CLUSTER_PREFIX, '');
      return value === '' ? [] : [`${name}:${value}`];
    });
    return [...tags, ...ofTask, ...clientTags];
  };
}
