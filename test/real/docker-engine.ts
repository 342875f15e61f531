import { importBusybox } from './busybox-image.ts';
import { startDockerDaemon } from './docker-daemon.ts';
import type { EngineApi } from './engine-api.ts';
import { textAt } from './json.ts';

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
 * Starts a Docker engine of the test's own, with a network that is removed with it.
 *
 * @throws when there is no dockerd, no right to run it (it needs root), or it does not answer.
 */
export async function startDockerEngine(): Promise<DockerEngine> {
  const daemon = await startDockerDaemon('vfs');
  const { api } = daemon;
  const containers: string[] = [];
  try {
    await importBusybox(api, image);
    await api.call('POST', '/networks/create', { Name: network, CheckDuplicate: true, Driver: 'bridge' });
  } catch (error) {
    await daemon.stop();
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
        await daemon.stop();
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
