/** Where the scripts in `.ci` put the real programs that they build. */
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The path of one of the programs. @throws if it does not exist; the message names the script that builds it. */
export function builtProgram(name: string, script: string): string {
  // The XDG base directory specification: a variable that is set but empty counts as not set.
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const path = join(cache, 'ecs-container-exporter', 'bin', name);
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new Error(`no ${path}: run ${script}`, { cause });
  }
  return path;
}
