import { setTimeout as sleep } from 'node:timers/promises';
import { startBareServer } from './bare-server.ts';
import { measureCold } from './cold.ts';
import { type Endpoint, startEndpoint } from './endpoint.ts';
import { startExporter } from './exporter.ts';
import { readPageFacts } from './page-facts.ts';
import { measureParallel } from './parallel.ts';
import type { Plan } from './plan.ts';
import { memory } from './process-figures.ts';
import { measureStart } from './start-time.ts';
import { short } from './statistics.ts';
import type { Column, Row } from './table.ts';
import { measureWarm } from './warm.ts';

function memoryRow(label: string, pid: number): Row {
  const { rssMb, anonMb } = memory(pid);
  return { label: `RSS ${label} (of it its own), MB`, value: `${short(rssMb)} (${short(anonMb)})` };
}

/** Everything that is asked of one sample, in one process: it takes none while it is measured. */
async function measureOneSample(plan: Plan, endpoint: Endpoint): Promise<Row[]> {
  const exporter = await startExporter(plan, endpoint.url, 'once');
  // What the start leaves to the compiler and the collector of garbage.
  await sleep(500);
  const rows = [memoryRow('after the start', exporter.pid)];
  const page = await readPageFacts(exporter.port);
  const bare = await startBareServer(page.bytes);
  rows.unshift(...page.rows);
  rows.push(...(await measureWarm(plan, exporter, bare)));
  rows.push(memoryRow('after these scrapes', exporter.pid));
  rows.push(...(await measureParallel(plan, exporter, bare, endpoint)));
  rows.push(memoryRow('after these', exporter.pid));
  await bare.stop();
  await exporter.stop();
  return rows;
}

async function measureNewSamples(plan: Plan, endpoint: Endpoint): Promise<Row[]> {
  const exporter = await startExporter(plan, endpoint.url, 'every second');
  const rows = await measureCold(plan, exporter, endpoint);
  rows.push(memoryRow('after these samples', exporter.pid));
  await exporter.stop();
  return rows;
}

/** All figures for a task of so many containers. */
export async function measureSize(plan: Plan, containers: number): Promise<Column> {
  const endpoint = await startEndpoint(containers);
  try {
    const start = await measureStart(plan, endpoint);
    const oneSample = await measureOneSample(plan, endpoint);
    const newSamples = await measureNewSamples(plan, endpoint);
    return { head: String(containers), rows: [...start, ...oneSample, ...newSamples] };
  } finally {
    await endpoint.stop();
  }
}
