import { setTimeout as sleep } from 'node:timers/promises';
import { lastingPort } from '../real/lasting-port.ts';
import { type Child, startChild } from './child.ts';
import { isGoodPage } from './page.ts';
import { HURRY, type Program } from './program.ts';
import { createScraper } from './scraper.ts';

export interface RunningExporter extends Child {
  readonly port: number;
  /** From the start of the process to the end of the first good scrape. */
  readonly startMs: number;
}

/** Between two attempts to scrape a program that does not listen yet. */
const RETRY_MS = 2;
const PATIENCE_MS = 30_000;

/**
 * Asks until `isGood` holds; resolves with the time of that.
 *
 * @throws when the program ends, or has no such answer within half a minute.
 */
export async function firstGoodScrape(
  child: Child,
  port: number,
  isGood: (page: string) => boolean,
  path = '/metrics',
): Promise<number> {
  for (const start = performance.now(); performance.now() - start < PATIENCE_MS; await sleep(RETRY_MS)) {
    if (child.hasExited()) throw new Error(`ended before its first good scrape (${child.ending()})`);
    const scraper = createScraper(port, { path });
    const scrape = await scraper.scrape().catch(() => undefined);
    scraper.close();
    if (scrape?.status === 200 && isGood(scrape.body.toString())) return performance.now();
  }
  await child.stop();
  throw new Error('no good scrape within half a minute');
}

/**
 * How often the program takes a sample: at its start and hardly again; every 15 s, as it does by default; or as soon as it
 * can, its hours made milliseconds.
 */
export type Pace = 'once' | 'usual' | { readonly hurryMs: number };

const INTERVAL_SECONDS = { once: '3600', usual: '15', hurried: '3600' } as const;

/** Starts the real program by its command line, serving Prometheus, and waits for its first good scrape. */
export function startExporter(program: Program, metadataUrl: string, pace: Pace): Promise<RunningExporter> {
  return start(program, metadataUrl, pace, {}, isGoodPage, '/metrics');
}

/** Starts the real program pushing to `otlpUrl`, with the defaults of the protocol, and waits until it says that it is ready. */
export function startPushing(
  program: Program,
  metadataUrl: string,
  otlpUrl: string,
  hurryMs: number,
): Promise<RunningExporter> {
  const env = {
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
    OTEL_METRIC_EXPORT_INTERVAL: '3600000',
  };
  return start(program, metadataUrl, { hurryMs }, env, () => true, '/-/ready');
}

async function start(
  program: Program,
  metadataUrl: string,
  pace: Pace,
  env: Readonly<Record<string, string>>,
  isGood: (page: string) => boolean,
  path: string,
): Promise<RunningExporter> {
  const port = await lastingPort();
  const hurried = typeof pace === 'object';
  const interval = INTERVAL_SECONDS[hurried ? 'hurried' : pace];
  const nodeArgs = [...program.nodeFlags, ...(hurried ? ['--require', HURRY] : []), program.file];
  const flags = ['--metadata-url', metadataUrl, '--exporter-port', String(port), '--interval', interval];
  const startedMs = performance.now();
  const child = startChild(process.execPath, [...nodeArgs, 'run', ...flags, '--log-level', 'error'], {
    env: { ...env, ...(hurried ? { HURRY_MS: String(pace.hurryMs) } : {}) },
  });
  return { ...child, port, startMs: (await firstGoodScrape(child, port, isGood, path)) - startedMs };
}
