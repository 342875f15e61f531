import { type Bench, progress } from './bench-run.ts';
import { whileRunning } from './child.ts';
import { type Endpoint, startEndpoint } from './endpoint/endpoint.ts';
import { type RunningExporter, startExporter } from './exporter.ts';
import { type PageFacts, pageFaults, readPage } from './page.ts';
import { descriptors, type Memory, memory } from './process-figures.ts';
import { createScraper, scrapeOnce } from './scraper.ts';
import { short, slope } from './statistics.ts';
import { renderGrid } from './table.ts';

const CONTAINERS = 10;
const FAST_TIMER_MS = 1;
/** Polls between two readings of RSS. */
const POLLS_PER_READING = 20;
const REPORTS = 10;
/** Warm-up while the heap settles: a tenth of the polls, but at least this number. */
const WARM_UP = { share: 0.1, polls: 2_000 } as const;
/** Seconds of one sample each at both ends: a replaced container has rates from its second sample on. */
const STEADY_SECONDS = 3;

/** RSS in MB by number of polls. */
interface Reading {
  readonly x: number;
  readonly y: number;
}

/**
 * Memory, descriptors and series over thousands of polls, each scraped once with gzip, while containers come and go.
 *
 * @throws if a poll failed or the last page has a fault.
 */
export function measureSoak(bench: Bench): Promise<string> {
  return whileRunning(startEndpoint(CONTAINERS), (endpoint) =>
    whileRunning(startExporter(bench.program, endpoint.url, { pollDelayMs: FAST_TIMER_MS }), (exporter) =>
      soak(bench, endpoint, exporter),
    ),
  );
}

interface State extends Memory {
  readonly page: PageFacts;
  readonly open: number;
}

async function stateOf({ pid, port }: RunningExporter): Promise<State> {
  return { ...memory(pid), open: descriptors(pid), page: readPage((await scrapeOnce(port)).toString()) };
}

async function soak({ plan, note }: Bench, endpoint: Endpoint, exporter: RunningExporter): Promise<string> {
  const { soakPolls: polls } = plan;
  const scraper = createScraper(exporter.port, { coding: 'gzip' });
  const lines: string[][] = [['polls', 'RSS, MB', 'private, MB', 'descriptors', 'series']];
  const readings: Reading[] = [];
  const steady = async (): Promise<State> => {
    endpoint.churn(false);
    await endpoint.stepSlowly(STEADY_SECONDS);
    return stateOf(exporter);
  };
  const report = (done: number, { rssMb, anonMb, open, page: { series } }: State): void => {
    lines.push([String(done), short(rssMb), short(anonMb), String(open), String(series)]);
    progress(`soak: ${done} polls, RSS ${short(rssMb)} MB, ${open} descriptors, ${series} series`);
  };

  await endpoint.hold();
  const first = await steady();
  report(0, first);
  endpoint.churn(true);
  for (let done = 1; done <= polls; done += 1) {
    await endpoint.step();
    const { status } = await scraper.scrape();
    if (status !== 200) throw new Error(`scrape ${done} was answered with ${status}`);
    if (done % POLLS_PER_READING === 0) readings.push({ x: done, y: memory(exporter.pid).rssMb });
    if (done % Math.ceil(polls / REPORTS) === 0) report(done, await stateOf(exporter));
  }
  const last = await steady();
  scraper.close();
  const faults = pageFaults(last.page, endpoint.samples());
  if (faults.length > 0) throw new Error(`at the end of the soak: ${faults.join(', ')}`);

  const warmUp = Math.max(polls * WARM_UP.share, WARM_UP.polls);
  const settled = readings.filter(({ x }) => x > warmUp);
  const growth = slope(settled) * 10_000;
  if (settled.length > 0) note('soak slope', growth);
  note('soak descriptors', last.open - first.open);
  note('soak series', Math.abs(last.page.series - first.page.series));
  const grown =
    settled.length === 0
      ? `Growth of RSS is judged after more than ${warmUp} polls.`
      : `RSS grew by ${short(growth)} MB in 10,000 polls, after the first ${warmUp}.`;
  const said = [grown, `After the churn: ${last.page.series} series; at the start: ${first.page.series}.`];
  return `${renderGrid(lines)}\n${said.join('\n')}\n`;
}
