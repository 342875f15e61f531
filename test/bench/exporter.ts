import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, freePort, startNode } from './child.ts';
import type { Plan } from './plan.ts';
import { createScraper } from './scraper.ts';

export interface RunningExporter extends Child {
  readonly port: number;
  /** From the start of the process to the end of the first good scrape. */
  readonly startMs: number;
}

/** Between two attempts to scrape a program that does not listen yet. */
const RETRY_MS = 2;
const PATIENCE_MS = 30_000;

/** A good page says so itself, and has values that only a container with two readings has. */
function isGood(page: string): boolean {
  return /^\w*exporter_status(?:\{[^}]*\})? 1$/m.test(page) && /^\w*cpu_usage_ratio\{[^}]*\} [\d.e+-]+$/m.test(page);
}

/** Asks until `isGoodPage` holds; resolves with the time of that. */
export async function firstGoodScrape(
  child: Child,
  port: number,
  isGoodPage: (page: string) => boolean = isGood,
): Promise<number> {
  for (const start = performance.now(); performance.now() - start < PATIENCE_MS; await sleep(RETRY_MS)) {
    if (child.hasExited()) throw new Error('the program ended before its first good scrape');
    const scraper = createScraper(port, 'identity');
    const scrape = await scraper.scrape().catch(() => undefined);
    scraper.close();
    if (scrape?.status === 200 && isGoodPage(scrape.body.toString())) return performance.now();
  }
  await child.stop();
  throw new Error('no good scrape within half a minute');
}

/** How often the program takes a sample: `once` at its start and hardly again, or every second, its shortest interval. */
export type Pace = 'once' | 'every second';

const INTERVAL_SECONDS: Readonly<Record<Pace, string>> = { once: '3600', 'every second': '1' };

/** Starts the real program by its command line and waits for its first good scrape. */
export async function startExporter(plan: Plan, metadataUrl: string, pace: Pace): Promise<RunningExporter> {
  const port = await freePort();
  const flags = ['--metadata-url', metadataUrl, '--exporter-port', String(port), '--interval', INTERVAL_SECONDS[pace]];
  const start = performance.now();
  const child = startNode([...plan.nodeFlags, plan.program, 'run', ...flags, '--log-level', 'error']);
  return { ...child, port, startMs: (await firstGoodScrape(child, port)) - start };
}
