import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importBusybox } from './busybox-image.ts';
import { type EngineApi, engineApi } from './engine-api.ts';
import { textAt } from './json.ts';
import { startServer } from './server-process.ts';
import { until } from './wait.ts';

export interface ContainerOptions {
  /** A shell script. */
  readonly script: string;
  /** Members of the engine's HostConfig. */
  readonly host?: Readonly<Record<string, unknown>>;
}

export interface DockerEngine {
  readonly api: EngineApi;
  readonly version: string;
  /** Creates and starts a busybox container on the engine's one network; gives its id. */
  run(name: string, options: ContainerOptions): Promise<string>;
  /** Removes everything that was started, stops the engine and takes its folder away. */
  stop(): Promise<void>;
}

const image = 'busybox:real';
const network = 'task';

/**
 * Starts a Docker engine of the test's own in a temporary folder. It shares nothing with an engine that may run already,
 * makes no firewall rules, and has no default bridge: its one network is removed with it.
 *
 * @throws when there is no dockerd, no right to run it (it needs root), or it does not answer.
 */
export async function startDockerEngine(): Promise<DockerEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const socketPath = join(folder, 'docker.sock');
  const settings = join(folder, 'daemon.json');
  writeFileSync(settings, '{}');
  const daemon = await startServer('/usr/sbin/dockerd', [
    // The machine's own settings are none of ours, and would clash with these.
    ...['--config-file', settings],
    ...['--storage-driver', 'vfs', '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
    ...['--host', `unix://${socketPath}`, '--pidfile', join(folder, 'pid'), '--bridge', 'none'],
    ...['--iptables=false', '--ip6tables=false', '--ip-forward=false', '--userland-proxy=false', '--log-level', 'warn'],
  ]);
  const api = engineApi(socketPath);
  const containers: string[] = [];

  const takeAway = async (): Promise<void> => {
    await daemon.stop();
    for (const mountPoint of mountsBelow(folder)) execFileSync('umount', ['--lazy', mountPoint]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until('the Docker engine', async () => (daemon.hasEnded() ? 'ended' : api.call('GET', '/_ping')), {
      timeoutMs: 60_000,
      everyMs: 200,
    });
    await importBusybox(api, image);
    await api.call('POST', '/networks/create', { Name: network, CheckDuplicate: true, Driver: 'bridge' });
  } catch (error) {
    await takeAway();
    throw new Error(`the Docker engine did not start:\n${daemon.log().slice(-2000)}`, { cause: error });
  }
  const version = textAt(await api.call('GET', '/version'), 'Version');

  return {
    api,
    version,
    async stop() {
      try {
        await Promise.all(containers.map((id) => api.call('DELETE', `/containers/${id}?force=1&v=1`)));
        await api.call('DELETE', `/networks/${network}`);
      } finally {
        await takeAway();
      }
    },
    async run(name, { script, host = {} }) {
      const created = await api.call('POST', `/containers/create?name=${name}`, {
        Image: image,
        Cmd: ['/bin/sh', '-c', script],
        HostConfig: { NetworkMode: network, ...host },
      });
      const id = textAt(created, 'Id');
      containers.push(id);
      await api.call('POST', `/containers/${id}/start`);
      return id;
    },
  };
}

/** The address of a running container on the engine's network. */
export async function addressOf(engine: DockerEngine, id: string): Promise<string> {
  const inspected = await engine.api.call('GET', `/containers/${id}/json`);
  return textAt(inspected, 'NetworkSettings', 'Networks', network, 'IPAddress');
}

/** Newest first, so that what was mounted inside of another mount goes first. */
function mountsBelow(folder: string): readonly string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((mountPoint) => mountPoint.startsWith(`${folder}/`))
    .reverse();
}
