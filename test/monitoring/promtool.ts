import { spawnSync } from 'node:child_process';
import { pushPart } from '../real/push-parts.ts';

/** The output of promtool 3 if it finds a problem; otherwise an empty string. */
export function promtool(...args: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync(pushPart('promtool'), args, { encoding: 'utf8' });
  if (error !== undefined) throw new Error('promtool cannot be run', { cause: error });
  return status === 0 ? '' : `${stdout}${stderr}`;
}
