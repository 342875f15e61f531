import { setTimeout as sleep } from 'node:timers/promises';
import type { BareServer } from './bare-server.ts';
import type { Bench } from './bench-run.ts';
import { CLIENTS, scrapeTogether } from './crowd.ts';
import type { Endpoint } from './endpoint/endpoint.ts';
import type { RunningExporter } from './exporter.ts';
import { memoryText } from './memory-text.ts';
import { memory } from './process-figures.ts';
import { ratio, short } from './statistics.ts';
import type { Row } from './table.ts';

/** Time for the report of the endpoint's last response. */
const TOLD_MS = 50;

/** Parallel scrapes: latency, failures, requests to the endpoint and memory. */
export async function measureParallel(
  { plan, note }: Bench,
  exporter: RunningExporter,
  bare: BareServer,
  endpoint: Endpoint,
  containers: number,
): Promise<Row[]> {
  const before = memory(exporter.pid).rssMb;
  const requestsBefore = endpoint.requests();
  const crowd = await scrapeTogether(exporter.port, plan.rounds);
  const after = memory(exporter.pid);
  await sleep(TOLD_MS);
  const requests = endpoint.requests() - requestsBefore;
  const floor = await scrapeTogether(bare.port, plan.rounds);
  await sleep(plan.idleSeconds * 1_000);
  const idle = memory(exporter.pid);
  if (containers === 10) {
    note('crowd p99', crowd.p99Ms);
    note('crowd requests', requests);
    note('crowd failures', crowd.failures);
    note('crowd rss', after.rssMb);
    note('crowd rss left', idle.rssMb - before);
  }
  return [
    { label: `${CLIENTS} scrapes at once, p99 ms`, value: short(crowd.p99Ms) },
    { label: '- bare server, same page size', value: `${short(floor.p99Ms)} (${ratio(crowd.p99Ms, floor.p99Ms)})` },
    { label: '- failed', value: `${crowd.failures} of ${crowd.scrapes}` },
    { label: '- requests to the endpoint', value: String(requests) },
    { label: 'RSS after them (private), MB', value: memoryText(after) },
    { label: `- ${plan.idleSeconds} s later`, value: memoryText(idle) },
  ];
}
