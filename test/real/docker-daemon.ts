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
  /** Where it keeps the files of images and containers. */
  readonly dataRoot: string;
  /** Everything it wrote so far. */
  log(): string;
  /** Stops the engine and takes its folder away; containers have to be gone by then. */
  stop(): Promise<void>;
}

/**
 * Starts a dockerd of the test's own in a temporary folder below `parent`. It shares nothing with an engine that may
 * run already, makes no firewall rules, and has no default bridge.
 *
 * @throws when there is no dockerd, no right to run it (it needs root), or it does not answer.
 */
export async function startDockerDaemon(storageDriver: StorageDriver, parent = tmpdir()): Promise<DockerDaemon> {
  const folder = mkdtempSync(join(parent, 'engine-'));
  const socketPath = join(folder, 'docker.sock');
  const dataRoot = join(folder, 'data');
  const settings = join(folder, 'daemon.json');
  writeFileSync(settings, '{}');
  const daemon = await startServer('/usr/sbin/dockerd', [
    // The machine's own settings are none of ours, and would clash with these.
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

/** Newest first, so that what was mounted inside of another mount goes first. */
function mountsBelow(folder: string): readonly string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((mountPoint) => mountPoint.startsWith(`${folder}/`))
    .reverse();
}
