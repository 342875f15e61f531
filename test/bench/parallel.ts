import type { BareServer } from './bare-server.ts';
import type { Endpoint } from './endpoint.ts';
import type { RunningExporter } from './exporter.ts';
import type { Plan } from './plan.ts';
import { createScraper } from './scraper.ts';
import { percentile, ratio, short } from './statistics.ts';
import type { Row } from './table.ts';

const CLIENTS = 200;

interface Crowd {
  readonly p99Ms: number;
  readonly failures: number;
}

/** All clients at once, each with a connection of its own, round after round. */
async function scrapeTogether(port: number, rounds: number): Promise<Crowd> {
  const scrapers = Array.from({ length: CLIENTS }, () => createScraper(port, 'identity', false));
  const elapsedMs: number[] = [];
  let failures = 0;
  for (let round = 0; round < rounds; round += 1) {
    const outcomes = await Promise.allSettled(scrapers.map((scraper) => scraper.scrape()));
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled' && outcome.value.status === 200) elapsedMs.push(outcome.value.elapsedMs);
      else failures += 1;
    }
  }
  for (const scraper of scrapers) scraper.close();
  return { p99Ms: percentile(elapsedMs, 0.99), failures };
}

/** Many scrapers at once: what they wait, who gets nothing, and what the endpoint notices. */
export async function measureParallel(
  plan: Plan,
  exporter: RunningExporter,
  bare: BareServer,
  endpoint: Endpoint,
): Promise<Row[]> {
  const before = endpoint.requests();
  const crowd = await scrapeTogether(exporter.port, plan.rounds);
  const requests = endpoint.requests() - before;
  const floor = await scrapeTogether(bare.port, plan.rounds);
  return [
    { label: `${CLIENTS} scrapes at once, p99 ms`, value: short(crowd.p99Ms) },
    { label: '- of a bare server of that size', value: `${short(floor.p99Ms)} (${ratio(crowd.p99Ms, floor.p99Ms)})` },
    { label: '- failed', value: `${crowd.failures} of ${CLIENTS * plan.rounds}` },
    { label: '- requests to the endpoint by them', value: String(requests) },
  ];
}
