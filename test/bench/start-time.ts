import { setTimeout as sleep } from 'node:timers/promises';
import { startBareServer } from './bare-server.ts';
import type { Bench } from './bench-run.ts';
import { startChild, whileRunning } from './child.ts';
import type { Endpoint } from './endpoint/endpoint.ts';
import { startExporter } from './exporter.ts';
import type { Program } from './program.ts';
import { median, ratio, short } from './statistics.ts';
import type { Row } from './table.ts';

async function emptyProgramMs({ nodeFlags, env }: Program): Promise<number> {
  const start = performance.now();
  const child = startChild(process.execPath, [...nodeFlags, '-e', '0'], { env });
  while (!child.hasExited()) await sleep(1);
  return performance.now() - start;
}

const startMsOf = ({ startMs }: { readonly startMs: number }): Promise<number> => Promise.resolve(startMs);

/** From process start to the first good scrape, compared with an empty Node.js process. */
export async function measureStart(
  { plan, program, note }: Bench,
  endpoint: Endpoint,
  containers: number,
): Promise<Row[]> {
  const exporter: number[] = [];
  const empty: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < plan.starts; round += 1) {
    exporter.push(await whileRunning(startExporter(program, endpoint.url, 'once'), startMsOf));
    bare.push(await whileRunning(startBareServer(program, 1_000), startMsOf));
    empty.push(await emptyProgramMs(program));
  }
  const ms = median(exporter);
  if (containers === 10) {
    note('start', ms);
    note('start to empty', ms / median(empty));
  }
  return [
    { label: 'start to first good scrape, ms', value: short(ms) },
    { label: '- bare server, ms', value: `${short(median(bare))} (${ratio(ms, median(bare))})` },
    { label: '- `node -e 0`, ms', value: `${short(median(empty))} (${ratio(ms, median(empty))})` },
  ];
}
