import { text } from 'node:stream/consumers';
import { type Exposition, parseExposition } from '../real/exposition.ts';
import { at, numberAt, textAt } from '../real/json.ts';
import { lastingPort } from '../real/lasting-port.ts';
import { until } from '../real/wait.ts';
import type { BuiltImage } from './built-image.ts';

/** Restrictions that a task definition can set. The host network is used only because the engine has no bridge. */
export const LOCKED_DOWN = [
  ...['--read-only', '--user', '65532:65532', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ...['--network', 'host'],
];

export interface Container {
  readonly id: string;
  readonly origin: string;
  /** Process id on the host. */
  readonly pid: number;
  inspect(): Promise<unknown>;
  metrics(): Promise<Exposition>;
  /** Its stderr, which is the log. */
  log(): Promise<string>;
  /** Resolves when the container has this health status. */
  health(status: 'healthy' | 'unhealthy'): Promise<void>;
  /** `docker stop`, then the exit code. */
  stop(): Promise<{ readonly exitCode: number; readonly afterMs: number }>;
}

/** Starts a container on a free port, and waits until it has taken a sample. */
export async function startContainer(
  { docker, api, name }: BuiltImage,
  { options = [], command }: { options?: readonly string[]; command: readonly string[] },
): Promise<Container> {
  const port = await lastingPort();
  // As a variable, so that the health check uses it too.
  const id = (
    await docker.ok('run', '--detach', ...LOCKED_DOWN, '--env', `EXPORTER_PORT=${port}`, ...options, name, ...command)
  ).trim();
  const origin = `http://127.0.0.1:${port}`;
  const inspect = (): Promise<unknown> => api.call('GET', `/containers/${id}/json`);
  const log = async (): Promise<string> => (await docker.run('logs', id)).stderr;

  try {
    await until(
      'the container to be ready',
      async () => {
        if (at(await inspect(), 'State', 'Running') !== true) return 'ended';
        const answer = await fetch(`${origin}/-/ready`, { signal: AbortSignal.timeout(1000) });
        await answer.arrayBuffer();
        return answer.status === 200 ? 'ready' : undefined;
      },
      { timeoutMs: 30_000 },
    );
    if (at(await inspect(), 'State', 'Running') !== true) throw new Error('it ended at once');
  } catch (error) {
    throw new Error(`the container did not start:\n${await log()}`, { cause: error });
  }
  return {
    id,
    origin,
    pid: numberAt(await inspect(), 'State', 'Pid'),
    inspect,
    log,
    async metrics() {
      const answer = await fetch(`${origin}/metrics`, { signal: AbortSignal.timeout(5000) });
      if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}`);
      return parseExposition(await answer.text());
    },
    async health(status) {
      await until(
        `the container to be ${status}`,
        async () => (textAt(await inspect(), 'State', 'Health', 'Status') === status ? true : undefined),
        { timeoutMs: 30_000 },
      );
    },
    async stop() {
      const startedAt = performance.now();
      await docker.stream(text, 'stop', '--time', '10', id);
      const afterMs = performance.now() - startedAt;
      return { exitCode: numberAt(await inspect(), 'State', 'ExitCode'), afterMs };
    },
  };
}
