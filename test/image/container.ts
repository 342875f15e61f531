import { text } from 'node:stream/consumers';
import { type Exposition, parseExposition } from '../real/exposition.ts';
import { at, numberAt, textAt } from '../real/json.ts';
import { lastingPort } from '../real/lasting-port.ts';
import { until } from '../real/wait.ts';
import type { BuiltImage } from './built-image.ts';

/** What a task can lock. The network is the host's, as there is no bridge; that is no part of it. */
export const LOCKED_DOWN = [
  ...['--read-only', '--user', '65532:65532', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ...['--network', 'host'],
];

export interface Container {
  readonly id: string;
  readonly origin: string;
  /** Of the process on the host. */
  readonly pid: number;
  inspect(): Promise<unknown>;
  metrics(): Promise<Exposition>;
  /** Everything it wrote to stderr, where the log goes. */
  log(): Promise<string>;
  /** Resolves when the container's health is that. */
  health(status: 'healthy' | 'unhealthy'): Promise<void>;
  /** `docker stop`, then the exit code. */
  stop(): Promise<{ readonly exitCode: number; readonly afterMs: number }>;
}

/** Starts a container with a port of its own, and waits until it has taken a sample. */
export async function startContainer(
  { docker, api, name }: BuiltImage,
  { options = [], command }: { options?: readonly string[]; command: readonly string[] },
): Promise<Container> {
  const port = await lastingPort();
  // By a variable, so that the health check knows it too.
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
