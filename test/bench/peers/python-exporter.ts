import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '../child.ts';
import { namesContainers, type Peer } from './peer.ts';

const SOURCE = 'from ecs_container_exporter.main import main; main()';
const VERSION_SOURCE = 'from importlib.metadata import version; print(version("ecs-container-exporter"))';

/** Where it keeps the metadata of the last task that it saw, and finds it at its next start, whatever the task is then. */
const CACHE = join('/tmp', 'ecs-container-exporter.cache');

/**
 * The program that this one replaces, as it is installed for that interpreter. It sleeps its interval, by default most of a
 * minute, inside every scrape (and once more before its port opens); with 0 it does the same work without the sleep.
 */
export function pythonExporter(interpreter: string): Peer {
  const asked = spawnSync(interpreter, ['-c', VERSION_SOURCE], { encoding: 'utf8' });
  const version = asked.status === 0 ? asked.stdout.trim() : 'unknown version';
  return {
    name: `Python ${version}`,
    how: '`--interval 0`: no sleep inside a scrape',
    reads: 'during the scrape',
    isGood: namesContainers,
    start(metadataUrl, port) {
      rmSync(CACHE, { force: true });
      const flags = ['--metadata-url', metadataUrl, '--exporter-port', String(port), '--interval', '0'];
      // Click refuses to work where no locale says UTF-8.
      const env = { LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8' };
      return startChild(interpreter, ['-c', SOURCE, ...flags, '--log-level', 'ERROR'], { env, stderr: 'ignore' });
    },
  };
}
