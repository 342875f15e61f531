import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '../child.ts';
import { namesContainers, type Peer } from './peer.ts';

const SOURCE = 'from ecs_container_exporter.main import main; main()';
const VERSION_SOURCE = 'from importlib.metadata import version; print(version("ecs-container-exporter"))';

/** Where it caches task metadata. It reads the file at its next start even if the task is another one. */
const CACHE = join('/tmp', 'ecs-container-exporter.cache');

/**
 * The predecessor, ecs-container-exporter 2. It sleeps its interval, by default most of a minute, inside every scrape
 * and before it listens. An interval of 0 leaves the same work without the sleep.
 */
export function pythonExporter(interpreter: string): Peer {
  const asked = spawnSync(interpreter, ['-c', VERSION_SOURCE], { encoding: 'utf8' });
  const version = asked.status === 0 ? asked.stdout.trim() : 'unknown version';
  return {
    name: `Python ${version}`,
    how: '`--interval 0`: no sleep inside a scrape',
    reads: 'during the scrape',
    isSuccessful: namesContainers,
    start(metadataUrl, port) {
      rmSync(CACHE, { force: true });
      const flags = ['--metadata-url', metadataUrl, '--exporter-port', String(port), '--interval', '0'];
      // Click requires a UTF-8 locale.
      const env = { LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8' };
      return startChild(interpreter, ['-c', SOURCE, ...flags, '--log-level', 'ERROR'], { env, stderr: 'ignore' });
    },
  };
}
