/**
 * What hostile clients cost: the program as in the image, with an endpoint, a load and a control in processes of their own.
 * `npm run test:port`
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEndpoint } from '../bench/endpoint/endpoint.ts';
import { memory } from '../bench/process-figures.ts';
import { prepareProgram } from '../bench/program.ts';
import { createScraper } from '../bench/scraper.ts';
import type { LoadKind } from './load-kinds.ts';
import { healthcheckMs, outsideAddress, startControl, startLoad, startTarget, type Target } from './targets.ts';

const MAX_RSS_GROWTH_MB = 20;
const MAX_LATENCY_MS = 1_000;
/** Of the polls of an equal time before the load. */
const MIN_POLLS = 0.5;
const SCRAPES = 8;
const BETWEEN_SCRAPES_MS = 500;
const HEALTH_CHECKS = 4;

interface Case {
  readonly kind: LoadKind;
  readonly connections: number;
  readonly from?: 'loopback';
  /** @default a page of 30 kB */
  readonly page?: '2 MB';
}

const CASES: readonly Case[] = [
  { kind: 'pipelined-metrics', connections: 50 },
  { kind: 'pipelined-metrics', connections: 50, page: '2 MB' },
  { kind: 'pipelined-metrics', connections: 50, from: 'loopback' },
  { kind: 'pipelined-healthy', connections: 50 },
  { kind: 'pipelined-404', connections: 50 },
  { kind: 'pipelined-head', connections: 50 },
  { kind: 'unread-metrics', connections: 50 },
  { kind: 'unread-metrics', connections: 50, page: '2 MB' },
  { kind: 'unread-healthy', connections: 50 },
  { kind: 'unread-404', connections: 50 },
  { kind: 'unread-head', connections: 50 },
  { kind: 'reset', connections: 50 },
  { kind: 'churn', connections: 50 },
  { kind: 'silent', connections: 512 },
  { kind: 'silent', connections: 5_000 },
  { kind: 'silent', connections: 512, from: 'loopback' },
  { kind: 'half', connections: 512 },
  { kind: 'half', connections: 5_000 },
  { kind: 'drip', connections: 512 },
  { kind: 'drip', connections: 5_000 },
  { kind: 'slow-reader', connections: 512, page: '2 MB' },
  { kind: 'slow-reader', connections: 5_000, page: '2 MB' },
];

const SIZES = {
  small: { containers: 4, intervalSeconds: 1 },
  // The program takes most of a second to read and render so many, so it does that before the load. Small pages show polls.
  '2 MB': { containers: 560, intervalSeconds: 60 },
} as const;

const program = prepareProgram({ file: undefined, nodeFlags: undefined });

interface Latencies {
  readonly scrapeMs: number;
  readonly controlMs: number;
}

/** Scrapes over loopback, each on its own connection, and the slowest request of the control meanwhile. */
async function scrapeBoth(target: Target, control: Target): Promise<Latencies> {
  const scrapes: number[] = [];
  const controls: number[] = [];
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    const [mine, other] = await Promise.all([scrapeMsOf(target), scrapeMsOf(control)]);
    scrapes.push(mine);
    controls.push(other);
    await sleep(BETWEEN_SCRAPES_MS);
  }
  return { scrapeMs: thirdQuartile(scrapes), controlMs: Math.max(...controls) };
}

/** Other processes of the machine delay single requests, a load delays most of them. */
function thirdQuartile(latenciesMs: readonly number[]): number {
  const sorted = latenciesMs.toSorted((one, other) => one - other);
  return sorted[Math.ceil(0.75 * sorted.length) - 1] ?? Number.POSITIVE_INFINITY;
}

/** Health checks of the program, and the slowest one of the control meanwhile. */
async function checkBoth(
  target: Target,
  control: Target,
): Promise<{ readonly healthMs: number; readonly controlHealthMs: number }> {
  const health: number[] = [];
  const controls: number[] = [];
  for (let check = 0; check < HEALTH_CHECKS; check += 1) {
    health.push(await healthcheckMs(program, target.port));
    controls.push(await healthcheckMs(program, control.port));
  }
  return { healthMs: thirdQuartile(health), controlHealthMs: Math.max(...controls) };
}

async function scrapeMsOf({ port }: Target): Promise<number> {
  const scraper = createScraper(port, { keepsBody: false });
  try {
    const { status, elapsedMs } = await scraper.scrape();
    assert.equal(status, 200);
    return elapsedMs;
  } finally {
    scraper.close();
  }
}

/** Samples the resident memory until `stop`, which returns the highest value, or until the test ends. */
function watchRss(t: TestContext, { pid }: Target): { stop(): number } {
  let peakMb = 0;
  const timer = setInterval(() => {
    peakMb = Math.max(peakMb, memory(pid).rssMb);
  }, 20);
  t.after(() => clearInterval(timer));
  return {
    stop() {
      clearInterval(timer);
      return peakMb;
    },
  };
}

/** The slowest scrape of a bare server of node:http under the same load. */
async function bareScrapeMs(t: TestContext, kind: LoadKind, connections: number, host: string): Promise<number> {
  const bare = await startControl(program);
  t.after(() => bare.stop());
  const load = await startLoad(kind, connections, host, bare.port);
  t.after(() => load.stop());
  return (await scrapeBoth(bare, bare)).scrapeMs;
}

async function withLoad(t: TestContext, { kind, connections, from, page = undefined }: Case): Promise<void> {
  const { containers, intervalSeconds } = SIZES[page ?? 'small'];
  const endpoint = await startEndpoint(containers);
  t.after(() => endpoint.stop());
  const target = await startTarget(program, endpoint.url, intervalSeconds);
  t.after(() => target.stop());
  const control = await startControl(program);
  t.after(() => control.stop());

  const calmStartMs = performance.now();
  const calmPolls = endpoint.samples();
  const calmRss = watchRss(t, target);
  await scrapeMsOf(target);
  const calm = await scrapeBoth(target, control);
  const pollsPerMs = (endpoint.samples() - calmPolls) / (performance.now() - calmStartMs);
  const calmMb = calmRss.stop();

  const startMs = performance.now();
  const firstPolls = endpoint.samples();
  const rss = watchRss(t, target);
  const host = from === 'loopback' ? '127.0.0.1' : outsideAddress();
  const load = await startLoad(kind, connections, host, target.port);
  t.after(() => load.stop());
  const { scrapeMs, controlMs } = await scrapeBoth(target, control);
  const { healthMs, controlHealthMs } = await checkBoth(target, control);
  const polls = endpoint.samples() - firstPolls;
  const expectedPolls = pollsPerMs * (performance.now() - startMs);
  const growthMb = rss.stop() - calmMb;

  t.diagnostic(
    `RSS ${calmMb.toFixed(0)} MB, +${growthMb.toFixed(1)}; scrapes ${scrapeMs.toFixed(0)} ms (before ${calm.scrapeMs.toFixed(0)}, control ${controlMs.toFixed(0)}); healthcheck ${healthMs.toFixed(0)} ms (control ${controlHealthMs.toFixed(0)}); polls ${polls} of ${expectedPolls.toFixed(1)}`,
  );
  assert.equal(target.hasExited(), false, `the program ended: ${target.ending()}`);
  assert.ok(growthMb <= MAX_RSS_GROWTH_MB, `RSS grew by ${growthMb} MB`);
  assert.ok(polls >= Math.floor(MIN_POLLS * expectedPolls), `${polls} polls instead of ${expectedPolls}`);
  // A busy machine delays the program and the control alike.
  const maxHealthMs = MAX_LATENCY_MS + 2 * controlHealthMs;
  assert.ok(healthMs <= maxHealthMs, `healthcheck took ${healthMs} ms instead of ${maxHealthMs}`);
  let maxScrapeMs = MAX_LATENCY_MS + calm.scrapeMs + 4 * controlMs;
  if (scrapeMs > maxScrapeMs) {
    await load.stop();
    maxScrapeMs = Math.max(maxScrapeMs, await bareScrapeMs(t, kind, connections, host));
  }
  assert.ok(scrapeMs <= maxScrapeMs, `a scrape took ${scrapeMs} ms instead of ${maxScrapeMs}`);
}

for (const one of CASES) {
  const { kind, connections, from = 'outside', page = '30 kB' } = one;
  test(`${connections} connections from ${from}, ${kind}, page of ${page}`, (t) => withLoad(t, one));
}
