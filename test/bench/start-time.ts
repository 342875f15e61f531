import { setTimeout as sleep } from 'node:timers/promises';
import { startBareServer } from './bare-server.ts';
import { startNode } from './child.ts';
import type { Endpoint } from './endpoint.ts';
import { startExporter } from './exporter.ts';
import type { Plan } from './plan.ts';
import { median, ratio, short } from './statistics.ts';
import type { Row } from './table.ts';

async function emptyProgramMs(): Promise<number> {
  const start = performance.now();
  const child = startNode(['-e', '0']);
  while (!child.hasExited()) await sleep(1);
  return performance.now() - start;
}

/** From the start of the process to the first good scrape, beside what a Node process that does nothing needs. */
export async function measureStart(plan: Plan, endpoint: Endpoint): Promise<Row[]> {
  const exporter: number[] = [];
  const empty: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < plan.starts; round += 1) {
    const running = await startExporter(plan, endpoint.url, 'once');
    exporter.push(running.startMs);
    await running.stop();
    const server = await startBareServer(1_000);
    bare.push(server.startMs);
    await server.stop();
    empty.push(await emptyProgramMs());
  }
  const ms = median(exporter);
  return [
    { label: 'start to first good scrape, ms', value: short(ms) },
    { label: '- of a bare server, ms', value: `${short(median(bare))} (${ratio(ms, median(bare))})` },
    { label: '- `node -e 0`, ms', value: `${short(median(empty))} (${ratio(ms, median(empty))})` },
  ];
}
