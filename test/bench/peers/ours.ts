import { startChild } from '../child.ts';
import { isGoodPage } from '../page.ts';
import { FAST_TIMERS, type Program } from '../program.ts';
import type { Peer } from './peer.ts';

/** This project's program, measured like the peers. */
export function ours(program: Program): Peer {
  return {
    name: 'this',
    how: `\`${program.shown}\`, hours as milliseconds`,
    reads: 'before the scrape',
    isSuccessful: isGoodPage,
    start(metadataUrl, port) {
      const nodeArgs = [...program.nodeFlags, '--require', FAST_TIMERS, program.file];
      const flags = ['--metadata-url', metadataUrl, '--exporter-port', String(port), '--interval', '3600'];
      const args = [...nodeArgs, 'run', ...flags, '--log-level', 'error'];
      return startChild(process.execPath, args, { env: { ...program.env, FAST_TIMER_MS: '1' } });
    },
  };
}
