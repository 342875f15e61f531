import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from './endpoint.ts';
import type { RunningExporter } from './exporter.ts';
import type { Plan } from './plan.ts';
import { cpuMs } from './process-figures.ts';
import { createScraper, type Scraper } from './scraper.ts';
import { short, spread } from './statistics.ts';
import type { Row } from './table.ts';

/** What the program needs at most from the end of the endpoint's answer to having it as a sample; the scrape waits for it. */
const SAMPLE_IS_IN_MS = 250;

interface ColdScrapes {
  readonly elapsedMs: readonly number[];
  /** For one poll and what is done in its interval. */
  readonly cpuMsPerPoll: number;
}

/** Waits for so many samples, and scrapes each of them once if there is a scraper. */
async function followSamples(
  exporter: RunningExporter,
  endpoint: Endpoint,
  count: number,
  scraper: Scraper | undefined,
): Promise<ColdScrapes> {
  const elapsedMs: number[] = [];
  let last: Buffer | undefined;
  const before = cpuMs(exporter.pid);
  const samplesBefore = endpoint.samples();
  for (let index = 0; index < count; index += 1) {
    await endpoint.nextSample();
    await sleep(SAMPLE_IS_IN_MS);
    const scrape = await scraper?.scrape();
    if (scrape === undefined) continue;
    if (last?.equals(scrape.body)) throw new Error('a new sample was expected, and the page is the old one');
    last = scrape.body;
    elapsedMs.push(scrape.elapsedMs);
  }
  await sleep(SAMPLE_IS_IN_MS);
  return { elapsedMs, cpuMsPerPoll: (cpuMs(exporter.pid) - before) / (endpoint.samples() - samplesBefore) };
}

/** Scrapes that each meet a new sample, so that a page has to be rendered for them, and polls without any scrape. */
export async function measureCold(plan: Plan, exporter: RunningExporter, endpoint: Endpoint): Promise<Row[]> {
  await endpoint.nextSample();
  await sleep(2 * SAMPLE_IS_IN_MS);
  const polls = await followSamples(exporter, endpoint, Math.ceil(plan.samples / 2), undefined);
  const plainScraper = createScraper(exporter.port, 'identity');
  const plain = await followSamples(exporter, endpoint, plan.samples, plainScraper);
  plainScraper.close();
  const gzipScraper = createScraper(exporter.port, 'gzip');
  const gzip = await followSamples(exporter, endpoint, Math.ceil(plan.samples / 2), gzipScraper);
  gzipScraper.close();
  return [
    { label: 'scrape of a new sample, p50 / p99 ms', value: spread(plain.elapsedMs) },
    { label: '- with gzip', value: spread(gzip.elapsedMs) },
    { label: 'CPU of a poll, ms', value: short(polls.cpuMsPerPoll) },
    { label: 'CPU of a scrape of a new sample, ms', value: short(plain.cpuMsPerPoll - polls.cpuMsPerPoll) },
    { label: '- with gzip', value: short(gzip.cpuMsPerPoll - polls.cpuMsPerPoll) },
  ];
}
