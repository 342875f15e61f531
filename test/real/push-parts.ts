/** Where `.ci/install-push-parts` puts the real programs that receive what is pushed. */
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type PushPart = 'otelcol-test' | 'prometheus' | 'promtool' | 'statsd_exporter';

/** The path of one of the programs. @throws when it is not there, saying what puts it there. */
export function pushPart(name: PushPart): string {
  // The XDG base directory specification: a variable that is set but empty counts as not set.
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const path = join(cache, 'ecs-container-exporter', 'bin', name);
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new Error(`no ${path}: run .ci/install-push-parts`, { cause });
  }
  return path;
}
