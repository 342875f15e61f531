import type { StatsdConfig } from './config.ts';
import { OPTIONS } from './options.ts';
import { problemWith } from './problem.ts';
import type { Settings } from './settings.ts';

/** Where the DogStatsD agent is: a socket, or host and port, but not both. */
export function resolveStatsd(settings: Settings): StatsdConfig {
  const socket = settings.given(OPTIONS.statsdSocket);
  const host = settings.given(OPTIONS.statsdHost);
  const port = settings.given(OPTIONS.statsdPort);
  const other = host ?? port;
  if (socket !== undefined && other !== undefined) {
    const wrong = `cannot be used together with ${other.source.name}: one is a Unix socket, the other UDP`;
    settings.report(problemWith('conflict', OPTIONS.statsdSocket, socket.source, wrong));
  }
  return {
    host: host?.value ?? OPTIONS.statsdHost.default,
    port: port?.value ?? Number(OPTIONS.statsdPort.default),
    socketPath: socket?.value,
  };
}
