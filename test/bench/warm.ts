import { setTimeout as sleep } from 'node:timers/promises';
import type { BareServer } from './bare-server.ts';
import type { Bench } from './bench-run.ts';
import type { RunningExporter } from './exporter.ts';
import { cpuMs } from './process-figures.ts';
import { createScraper } from './scraper.ts';
import { median, percentile, ratio, short, spread } from './statistics.ts';
import type { Row } from './table.ts';

interface Series {
  readonly elapsedMs: readonly number[];
  readonly cpuMsPerScrape: number;
}

/** The share of warm-up scrapes: code is slower until the compiler has seen it often. */
const WARM_UP_SHARE = 0.2;

async function scrapeAgain(
  target: { pid: number; port: number },
  coding: 'gzip' | 'identity',
  times: number,
): Promise<Series> {
  const scraper = createScraper(target.port, { coding });
  for (let index = 0; index < times * WARM_UP_SHARE; index += 1) await scraper.scrape();
  const elapsedMs: number[] = [];
  const before = cpuMs(target.pid);
  for (let index = 0; index < times; index += 1) {
    const { status, elapsedMs: ms } = await scraper.scrape();
    if (status !== 200) throw new Error(`a scrape was answered with ${status}`);
    elapsedMs.push(ms);
  }
  // Include the work that follows the last response.
  await sleep(50);
  const cpuMsPerScrape = (cpuMs(target.pid) - before) / times;
  scraper.close();
  return { elapsedMs, cpuMsPerScrape };
}

/** Scrapes of one sample, and of a bare server with a body of the same size. */
export async function measureWarm(
  { plan, note }: Bench,
  exporter: RunningExporter,
  bare: BareServer,
  containers: number,
): Promise<Row[]> {
  const plain = await scrapeAgain(exporter, 'identity', plan.warmScrapes);
  const floor = await scrapeAgain(bare, 'identity', plan.warmScrapes);
  const gzip = await scrapeAgain(exporter, 'gzip', plan.warmScrapes);
  const p50 = ratio(median(plain.elapsedMs), median(floor.elapsedMs));
  const p99 = ratio(percentile(plain.elapsedMs, 0.99), percentile(floor.elapsedMs, 0.99));
  const cpu = ratio(plain.cpuMsPerScrape, floor.cpuMsPerScrape);
  if (containers === 10) note('warm p50 of 10', median(plain.elapsedMs));
  if (containers === 1_000) note('warm p50 of 1000', median(plain.elapsedMs));
  return [
    { label: 'scrape of the same sample, p50 / p99 ms', value: spread(plain.elapsedMs) },
    { label: '- bare server, same page size', value: `${spread(floor.elapsedMs)} (${p50} / ${p99})` },
    { label: '- with gzip', value: spread(gzip.elapsedMs) },
    { label: 'CPU of it, ms', value: short(plain.cpuMsPerScrape) },
    { label: '- bare server, same page size', value: `${short(floor.cpuMsPerScrape)} (${cpu})` },
    { label: '- with gzip', value: short(gzip.cpuMsPerScrape) },
  ];
}
