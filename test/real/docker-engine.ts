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
  /** Creates and starts a busybox container on the engine's network; returns its id. */
  run(name: string, options: ContainerOptions): Promise<string>;
  /** Removes all containers, stops the engine and removes its directory. */
  stop(): Promise<void>;
}

const image = 'busybox:real';
const network = 'task';

/**
 * Starts a separate Docker engine, with a network that is removed with it.
 *
 * @throws if dockerd is missing, lacks permission (it needs root), or does not respond.
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
