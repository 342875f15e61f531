import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineApi, engineApi } from './engine-api.ts';
import { startServer } from './server-process.ts';
import { until } from './wait.ts';

/** `vfs` works everywhere and copies all files for each layer; `overlay2` needs a file system that can be stacked. */
export type StorageDriver = 'vfs' | 'overlay2';

export interface DockerDaemon {
  readonly api: EngineApi;
  readonly socketPath: string;
  /** Data directory of the engine. */
  readonly dataRoot: string;
  /** Everything it wrote so far. */
  log(): string;
  /** Stops the engine and removes its directory. All containers must have been removed. */
  stop(): Promise<void>;
}

/**
 * Starts a separate dockerd in a temporary directory below `parent`. It shares nothing with a running engine, creates no
 * firewall rules, and has no default bridge.
 *
 * @throws if dockerd is missing, lacks permission (it needs root), or does not respond.
 */
export async function startDockerDaemon(storageDriver: StorageDriver, parent = tmpdir()): Promise<DockerDaemon> {
  const folder = mkdtempSync(join(parent, 'engine-'));
  const socketPath = join(folder, 'docker.sock');
  const dataRoot = join(folder, 'data');
  const settings = join(folder, 'daemon.json');
  writeFileSync(settings, '{}');
  const daemon = await startServer('/usr/sbin/dockerd', [
    // The machine's settings would conflict with these.
    ...['--config-file', settings],
    ...['--storage-driver', storageDriver, '--data-root', dataRoot, '--exec-root', join(folder, 'exec')],
    ...['--host', `unix://${socketPath}`, '--pidfile', join(folder, 'pid'), '--bridge', 'none'],
    ...['--iptables=false', '--ip6tables=false', '--ip-forward=false', '--userland-proxy=false', '--log-level', 'warn'],
  ]);
  const api = engineApi(socketPath);

  const stop = async (): Promise<void> => {
    await daemon.stop();
    for (const mountPoint of mountsBelow(folder)) execFileSync('umount', ['--lazy', mountPoint]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('the Docker engine', () => (daemon.hasEnded() ? 'ended' : api.call('GET', '/_ping')), {
      timeoutMs: 60_000,
      everyMs: 200,
    });
    if (daemon.hasEnded()) throw new Error('it ended at once');
  } catch (error) {
    await stop();
    throw new Error(`the Docker engine did not start:\n${daemon.log().slice(-2000)}`, { cause: error });
  }
  return { api, socketPath, dataRoot, log: daemon.log, stop };
}

/** Newest first, so that nested mounts are removed first. */
function mountsBelow(folder: string): readonly string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((mountPoint) => mountPoint.startsWith(`${folder}/`))
    .reverse();
}
