import { createScraper } from './scraper.ts';
import { percentile } from './statistics.ts';

export const CLIENTS = 200;

/** Latency and failures of parallel scrapes. */
export interface Crowd {
  readonly p99Ms: number;
  readonly failures: number;
  readonly scrapes: number;
}

/** Rounds of parallel scrapes, each client with its own connection. */
export async function scrapeTogether(port: number, rounds: number): Promise<Crowd> {
  const scrapers = Array.from({ length: CLIENTS }, () => createScraper(port, { keepsBody: false }));
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
  return { p99Ms: percentile(elapsedMs, 0.99), failures, scrapes: CLIENTS * rounds };
}
