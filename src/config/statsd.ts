import type { StatsdOptions } from '../../instrumentation/statsd/statsd-exporter.ts';
import type { Option } from './option.ts';
import { defaultOf, problem, problemWith, type Settings } from './settings.ts';
import { STATSD_OPTIONS as OPTIONS, TASK_TAG_ATTRIBUTES, type TaskTagName } from './statsd-options.ts';

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
  const socket = settings.given(OPTIONS.statsdSocket);
  const host = settings.given(OPTIONS.statsdHost);
  const port = settings.given(OPTIONS.statsdPort);
  const udp = host ?? port;
  if (socket !== undefined && udp !== undefined) {
    const wrong = `conflicts with ${udp.source.name}; set either a Unix socket or a UDP host and port`;
    settings.report(problemWith('conflict', OPTIONS.statsdSocket, socket.source, wrong));
  }
  const own = {
    host: host?.value ?? defaultOf(OPTIONS.statsdHost),
    port: port?.value ?? defaultOf(OPTIONS.statsdPort),
    socketPath: socket?.value,
    tags: settings.value(OPTIONS.statsdTags),
    taskTags: settings.value(OPTIONS.statsdTaskTags),
  };
  const isDisabled = isWanted && settings.value(OPTIONS.isDatadogDisabled);
  if (isDisabled) {
    const message = 'DD_DOGSTATSD_DISABLE disables the statsd exporter';
    settings.warn(problem('statsd_disabled', 'DD_DOGSTATSD_DISABLE', message));
  }
  if (!isWanted || isDisabled) return { ...own, clientTags: [], isDisabled };
  return { ...own, ...resolveClient(settings, own), isDisabled };
}

/** Applies Datadog's variables as version 2's client did: they replace a default address even if it was set explicitly. */
function resolveClient(
  settings: Settings,
  { host, port, socketPath }: Pick<StatsdConfig, 'host' | 'port' | 'socketPath'>,
): Pick<StatsdConfig, 'host' | 'port' | 'clientTags'> {
  const isUdp = socketPath === undefined;
  const isDefaultHost = isUdp && host === defaultOf(OPTIONS.statsdHost);
  const isDefaultPort = isUdp && port === defaultOf(OPTIONS.statsdPort);
  const tags = [OPTIONS.datadogEntityId, OPTIONS.datadogEnv, OPTIONS.datadogService, OPTIONS.datadogVersion].flatMap(
    (option: Option<string>) => settings.given(option)?.value ?? [],
  );
  return {
    host: (isDefaultHost ? settings.given(OPTIONS.datadogHost)?.value : undefined) ?? host,
    port: (isDefaultPort ? settings.given(OPTIONS.datadogPort)?.value : undefined) ?? port,
    clientTags: [...(settings.given(OPTIONS.datadogTags)?.value ?? []), ...tags],
  };
}

/** What precedes a cluster's name in its ARN. */
const CLUSTER_PREFIX = /^arn:.*:cluster\//;

/** The tags of every line, in the order of version 2's client. Those of the task are known after the first sample. */
export function statsdTags({ tags, taskTags, clientTags }: StatsdConfig) {
  return (resource: Readonly<Record<string, unknown>>): readonly string[] => {
    const ofTask = taskTags.flatMap((name) => {
      const value = String(resource[TASK_TAG_ATTRIBUTES[name]] ?? '').replace(CLUSTER_PREFIX, '');
      return value === '' ? [] : [`${name}:${value}`];
    });
    return [...tags, ...ofTask, ...clientTags];
  };
}
