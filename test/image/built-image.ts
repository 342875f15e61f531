import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importBaseImages, type Platform } from '../real/base-images.ts';
import { type DockerCli, dockerCli } from '../real/docker-cli.ts';
import { startDockerDaemon } from '../real/docker-daemon.ts';
import type { EngineApi } from '../real/engine-api.ts';
import { mountOwnDisk } from '../real/own-disk.ts';

export interface BuiltImage {
  readonly name: string;
  readonly api: EngineApi;
  readonly docker: DockerCli;
  /** Data directory of the engine. */
  readonly dataRoot: string;
  /** Duration of `docker build`. */
  readonly buildMs: number;
  /** Removes all containers and stops the engine. */
  stop(): Promise<void>;
}

export const VERSION = '3.0.0-test';
export const REVISION = '0123456789abcdef0123456789abcdef01234567';
export const BASES = { build: 'stand-in/build:1', runtime: 'stand-in/runtime:1' };

/** Several times the size of the layers of the build. */
const DISK_BYTES = 8 * 2 ** 30;
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Starts an engine, imports the base images and builds the Dockerfile of this checkout on them, for a platform.
 *
 * @throws with the end of the build's output if it fails.
 */
export async function buildImage(platform: Platform = 'native'): Promise<BuiltImage> {
  const disk = mountOwnDisk(DISK_BYTES);
  const daemon = await startDockerDaemon('overlay2', disk.folder).catch((error: unknown) => {
    disk.remove();
    throw error;
  });
  const home = mkdtempSync(join(tmpdir(), 'docker-'));
  const { api, dataRoot } = daemon;
  const docker = dockerCli(daemon.socketPath, home);
  const name = 'ecs-container-exporter:test';

  const stop = async (): Promise<void> => {
    try {
      const containers = (await docker.ok('ps', '--all', '--quiet')).split('\n').filter((id) => id !== '');
      if (containers.length > 0) await docker.ok('rm', '--force', '--volumes', ...containers);
    } finally {
      await daemon.stop();
      disk.remove();
      rmSync(home, { recursive: true, force: true });
    }
  };
  try {
    await importBaseImages(api, BASES, platform);
    const startedAt = performance.now();
    // By digest, as docs/image.md recommends. An image without a registry is identified by the digest of its configuration.
    const digestOf = async (base: string) => (await docker.ok('image', 'inspect', '--format', '{{.Id}}', base)).trim();
    const bases = { BUILD_IMAGE: await digestOf(BASES.build), RUNTIME_IMAGE: await digestOf(BASES.runtime) };
    // Set by BuildKit; the legacy builder does not set it.
    const target = platform === 'native' ? {} : { TARGETARCH: platform };
    const args = Object.entries({ ...bases, ...target, VERSION, REVISION });
    await docker.ok(
      ...['build', '--network', 'host', '--tag', name],
      ...args.flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
      REPOSITORY,
    );
    return { name, api, docker, dataRoot, buildMs: performance.now() - startedAt, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
