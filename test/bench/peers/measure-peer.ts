import { setTimeout as sleep } from 'node:timers/promises';
import { lastingPort } from '../../real/lasting-port.ts';
import type { Child } from '../child.ts';
import { scrapeTogether } from '../crowd.ts';
import { type Endpoint, startEndpoint } from '../endpoint/endpoint.ts';
import { firstGoodScrape } from '../exporter.ts';
import { readPage } from '../page.ts';
import type { Plan } from '../plan.ts';
import { coarseCpuMs, memory } from '../process-figures.ts';
import { createScraper } from '../scraper.ts';
import { short, spread } from '../statistics.ts';
import type { Peer } from './peer.ts';

/** Figures of a peer at one size, in the order of measurement. */
export const FIGURES = {
  startMs: 'start to first good scrape, ms',
  series: 'series',
  latency: 'scrape of a new sample, p50 / p99 ms',
  cpuMs: 'CPU including the endpoint read, ms',
  cpuPerSeries: '- per series, µs',
  rss: 'RSS after these scrapes, MB',
  crowd: '200 scrapes at once, p99 ms',
  crowdRequests: '- requests to the endpoint',
  crowdRss: 'RSS after them, MB',
} as const;

export type FigureName = keyof typeof FIGURES;

export const FIGURE_NAMES = Object.keys(FIGURES).filter((name): name is FigureName => Object.hasOwn(FIGURES, name));

export interface PeerFigures {
  readonly cells: ReadonlyMap<FigureName, string>;
  /** Why the remaining figures are missing, or how the program ended after the last one. */
  readonly trouble: string | undefined;
}

type Enter = (name: FigureName, cell: string) => void;

/** A scrape fails only if it exceeds this timeout, longer than that of Prometheus. */
const SCRAPE_TIMEOUT_MS = 30_000;
/** Time for work that follows the last response. */
const SETTLE_MS = 200;

/** Measures a program at one size. A failure is recorded, not thrown; later figures are missing. */
export async function measurePeer(plan: Plan, peer: Peer, containers: number): Promise<PeerFigures> {
  const cells = new Map<FigureName, string>();
  const enter: Enter = (name, cell) => void cells.set(name, cell);
  let trouble: string | undefined;
  const endpoint = await startEndpoint(containers);
  const port = await lastingPort();
  const startedMs = performance.now();
  let child: Child | undefined;
  try {
    child = peer.start(endpoint.url, port);
    enter('startMs', short((await firstGoodScrape(child, port, peer.isSuccessful)) - startedMs));
    if (peer.reads === 'before the scrape') await endpoint.hold();
    await measureScrapes(plan, peer, endpoint, { pid: child.pid, port }, enter);
    await measureCrowd(endpoint, { pid: child.pid, port }, enter);
    if (child.hasExited()) trouble = `ended: ${child.ending()}`;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    trouble = child?.hasExited() === true ? `ended: ${child.ending()}` : said;
  } finally {
    await child?.stop();
    await endpoint.stop();
  }
  return { cells, trouble };
}

interface Target {
  readonly pid: number;
  readonly port: number;
}

/** Scrapes of new samples, as many as planned or as the time allows. */
async function measureScrapes(
  plan: Plan,
  peer: Peer,
  endpoint: Endpoint,
  { pid, port }: Target,
  enter: Enter,
): Promise<void> {
  const scraper = createScraper(port, { timeoutMs: SCRAPE_TIMEOUT_MS });
  const elapsedMs: number[] = [];
  const before = coarseCpuMs(pid);
  const startedMs = performance.now();
  let series = 0;
  try {
    while (elapsedMs.length < plan.peerScrapes && performance.now() - startedMs < plan.peerSeconds * 1_000) {
      if (peer.reads === 'before the scrape') await endpoint.step();
      const { status, elapsedMs: ms, body } = await scraper.scrape();
      if (status !== 200) throw new Error(`a scrape was answered with ${status}`);
      elapsedMs.push(ms);
      if (elapsedMs.length === 1) series = readPage(body.toString()).series;
    }
  } finally {
    scraper.close();
  }
  await sleep(SETTLE_MS);
  const cpuMs = (coarseCpuMs(pid) - before) / elapsedMs.length;
  enter('series', String(series));
  enter('latency', spread(elapsedMs));
  enter('cpuMs', short(cpuMs));
  enter('cpuPerSeries', short((cpuMs / series) * 1_000));
  const shortfall = elapsedMs.length < plan.peerScrapes ? ` (after ${elapsedMs.length})` : '';
  enter('rss', `${short(memory(pid).rssMb)}${shortfall}`);
}

async function measureCrowd(endpoint: Endpoint, { pid, port }: Target, enter: Enter): Promise<void> {
  const before = endpoint.requests();
  const { p99Ms, failures, scrapes } = await scrapeTogether(port, 1);
  await sleep(SETTLE_MS);
  enter('crowd', failures === 0 ? short(p99Ms) : `${short(p99Ms)}, ${failures} of ${scrapes} failed`);
  enter('crowdRequests', String(endpoint.requests() - before));
  enter('crowdRss', short(memory(pid).rssMb));
}
