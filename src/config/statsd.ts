import type { StatsdConfig } from './config.ts';
import type { Option } from './option.ts';
import { OPTIONS } from './options.ts';
import { problem, problemWith } from './problem.ts';
import type { Settings } from './settings.ts';

/**
 * Where the DogStatsD agent is (a socket, or host and port, but not both), and the tags of every line.
 *
 * @param isWanted whether statsd is among the exporters; otherwise Datadog's variables are not read, not even for mistakes
 */
export function resolveStatsd(settings: Settings, isWanted: boolean): StatsdConfig {
  const socket = settings.given(OPTIONS.statsdSocket);
  const host = settings.given(OPTIONS.statsdHost);
  const port = settings.given(OPTIONS.statsdPort);
  const other = host ?? port;
  if (socket !== undefined && other !== undefined) {
    const wrong = `cannot be used together with ${other.source.name}: one is a Unix socket, the other UDP`;
    settings.report(problemWith('conflict', OPTIONS.statsdSocket, socket.source, wrong));
  }
  const own = {
    host: host?.value ?? OPTIONS.statsdHost.default,
    port: port?.value ?? Number(OPTIONS.statsdPort.default),
    socketPath: socket?.value,
    tags: settings.value(OPTIONS.statsdTags),
    taskTags: settings.value(OPTIONS.statsdTaskTags),
  };
  const isDisabled = isWanted && settings.value(OPTIONS.isDatadogDisabled);
  if (isDisabled) {
    const message = 'nothing is pushed to DogStatsD: DD_DOGSTATSD_DISABLE turns it off';
    settings.warn(problem('statsd_disabled', 'DD_DOGSTATSD_DISABLE', message));
  }
  if (!isWanted || isDisabled) return { ...own, clientTags: [], isDisabled };
  return { ...own, ...resolveClient(settings, own), isDisabled };
}

/** What version 2's client took from Datadog's variables. An address that is the default gives way, even if it was given. */
function resolveClient(
  settings: Settings,
  { host, port, socketPath }: Pick<StatsdConfig, 'host' | 'port' | 'socketPath'>,
): Pick<StatsdConfig, 'host' | 'port' | 'clientTags'> {
  const isUdp = socketPath === undefined;
  const isDefaultHost = isUdp && host === OPTIONS.statsdHost.default;
  const isDefaultPort = isUdp && port === Number(OPTIONS.statsdPort.default);
  const tag = (name: string, option: Option<string>): readonly string[] => {
    const given = settings.given(option);
    return given === undefined ? [] : [`${name}:${given.value}`];
  };
  return {
    host: (isDefaultHost ? settings.given(OPTIONS.datadogHost)?.value : undefined) ?? host,
    port: (isDefaultPort ? settings.given(OPTIONS.datadogPort)?.value : undefined) ?? port,
    clientTags: [
      ...(settings.given(OPTIONS.datadogTags)?.value ?? []),
      ...tag('dd.internal.entity_id', OPTIONS.datadogEntityId),
      ...tag('env', OPTIONS.datadogEnv),
      ...tag('service', OPTIONS.datadogService),
      ...tag('version', OPTIONS.datadogVersion),
    ],
  };
}
