import type { Bench } from './bench-run.ts';
import { whileRunning } from './child.ts';
import type { Endpoint } from './endpoint/endpoint.ts';
import { type RunningExporter, startExporter } from './exporter.ts';
import { memoryText } from './memory-text.ts';
import { type PageFacts, pageFaults, readPage } from './page.ts';
import { cpuMs, type Memory, memory } from './process-figures.ts';
import { createScraper, scrapeOnce } from './scraper.ts';
import { median, short, spread } from './statistics.ts';
import type { Row } from './table.ts';

/** Delay between polls. The endpoint holds the next sample until the current one has been measured. */
const FAST_TIMER_MS = 1;
/** Shares of the samples: warm-up, scraped plain, scraped with gzip. */
const SHARES = { warmUp: 0.2, plain: 0.4, gzip: 0.4 } as const;

interface TaskChanges {
  readonly elapsedMs: readonly number[];
  /** Per sample: poll and scrape. */
  readonly cpuMs: number;
}

/** Publishes samples and scrapes each of them once. */
async function follow(
  exporter: RunningExporter,
  endpoint: Endpoint,
  count: number,
  coding: 'identity' | 'gzip' | 'none',
): Promise<TaskChanges> {
  const scraper = coding === 'none' ? undefined : createScraper(exporter.port, { coding });
  const elapsedMs: number[] = [];
  const before = cpuMs(exporter.pid);
  let last: Buffer | undefined;
  for (let index = 0; index < count; index += 1) {
    await endpoint.step();
    const scrape = await scraper?.scrape();
    if (scrape === undefined) continue;
    if (scrape.status !== 200) throw new Error(`a scrape was answered with ${scrape.status}`);
    if (last?.equals(scrape.body)) throw new Error('a new sample was expected, and the page is the old one');
    last = scrape.body;
    elapsedMs.push(scrape.elapsedMs);
  }
  scraper?.close();
  return { elapsedMs, cpuMs: (cpuMs(exporter.pid) - before) / count };
}

export interface NewSamples {
  readonly rows: readonly Row[];
  /** Per series of the page. */
  readonly coldP50Ms: number;
  readonly series: number;
}

interface Phases {
  readonly plain: TaskChanges;
  readonly gzip: TaskChanges;
  readonly polls: TaskChanges;
  /** After the scrapes, and after some idle seconds. */
  readonly after: Memory;
  readonly idle: Memory;
  readonly page: PageFacts;
}

async function goThrough(
  { plan }: Bench,
  exporter: RunningExporter,
  endpoint: Endpoint,
  count: number,
): Promise<Phases> {
  await endpoint.hold();
  await follow(exporter, endpoint, Math.round(count * SHARES.warmUp), 'identity');
  const plain = await follow(exporter, endpoint, Math.round(count * SHARES.plain), 'identity');
  const gzip = await follow(exporter, endpoint, Math.round(count * SHARES.gzip), 'gzip');
  const after = memory(exporter.pid);
  await endpoint.stepSlowly(plan.idleSeconds);
  const idle = memory(exporter.pid);
  const polls = await follow(exporter, endpoint, Math.round(count * SHARES.plain), 'none');
  return { plain, gzip, polls, after, idle, page: readPage((await scrapeOnce(exporter.port)).toString()) };
}

/**
 * Consecutive samples, each scraped once, so that each scrape renders a page.
 *
 * @throws if a poll failed or the last page has a fault.
 */
export async function measureNewSamples(
  bench: Bench,
  endpoint: Endpoint,
  containers: number,
  bare: Memory,
): Promise<NewSamples> {
  const count = bench.plan.samples(containers);
  const samplesBefore = endpoint.samples();
  const starting = startExporter(bench.program, endpoint.url, { pollDelayMs: FAST_TIMER_MS });
  const phases = await whileRunning(starting, (exporter) => goThrough(bench, exporter, endpoint, count));
  const { plain, gzip, polls, after, idle, page } = phases;
  const faults = pageFaults(page, endpoint.samples() - samplesBefore);
  if (faults.length > 0) throw new Error(`after these samples: ${faults.join(', ')}`);

  const { note } = bench;
  const coldP50Ms = median(plain.elapsedMs);
  const seriesMicroseconds = (plain.cpuMs / page.series) * 1_000;
  if (containers === 10) {
    note('cold p50 of 10', coldP50Ms);
    note('series cpu of 10', seriesMicroseconds);
    note('pull rss', after.rssMb);
    note('pull rss to bare', after.rssMb / bare.rssMb);
  }
  if (containers === 50) note('cold p50 of 50', coldP50Ms);
  if (containers === 1_000) {
    note('cold p50 of 1000', coldP50Ms);
    note('series cpu of 1000', seriesMicroseconds);
    note('large rss', after.rssMb);
  }
  const rows = [
    { label: 'scrape of a new sample, p50 / p99 ms', value: spread(plain.elapsedMs) },
    { label: '- with gzip', value: spread(gzip.elapsedMs) },
    { label: 'CPU of a new sample, poll and scrape, ms', value: short(plain.cpuMs) },
    { label: '- with gzip', value: short(gzip.cpuMs) },
    { label: '- poll only', value: short(polls.cpuMs) },
    { label: '- per series, µs', value: short(seriesMicroseconds) },
    { label: 'new samples, each scraped once', value: String(count) },
    { label: 'RSS after these (private), MB', value: memoryText(after) },
    { label: `- ${bench.plan.idleSeconds} s later, with a poll a second`, value: memoryText(idle) },
  ];
  return { rows, coldP50Ms, series: page.series };
}
