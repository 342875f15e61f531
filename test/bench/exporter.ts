import { setTimeout as sleep } from 'node:timers/promises';
import { lastingPort } from '../real/lasting-port.ts';
import { type Child, startChild } from './child.ts';
import { isGoodPage } from './page.ts';
import { FAST_TIMERS, type Program } from './program.ts';
import { createScraper } from './scraper.ts';

export interface RunningExporter extends Child {
  readonly port: number;
  /** From process start to the end of the first good scrape. */
  readonly startMs: number;
}

/** Delay between scrapes while the program does not listen yet. */
const RETRY_MS = 2;
const PATIENCE_MS = 30_000;

/**
 * Scrapes until `isSuccessful` holds, and resolves with the time.
 *
 * @throws if the program exits, or after 30 s.
 */
export async function firstGoodScrape(
  child: Child,
  port: number,
  isSuccessful: (page: string) => boolean,
  path = '/metrics',
): Promise<number> {
  for (const start = performance.now(); performance.now() - start < PATIENCE_MS; await sleep(RETRY_MS)) {
    if (child.hasExited()) throw new Error(`ended before its first good scrape (${child.ending()})`);
    const scraper = createScraper(port, { path });
    const scrape = await scraper.scrape().catch(() => undefined);
    scraper.close();
    if (scrape?.status === 200 && isSuccessful(scrape.body.toString())) return performance.now();
  }
  await child.stop();
  throw new Error('no good scrape within half a minute');
}

/**
 * How often the program polls: at its start only, every 15 s (the default), or continuously, with an hour shortened to
 * milliseconds.
 */
export type Pace = 'once' | 'usual' | { readonly pollDelayMs: number };

const INTERVAL_SECONDS = { once: '3600', usual: '15', isFast: '3600' } as const;

/** Starts the program with a Prometheus endpoint, and waits for the first good scrape. */
export function startExporter(program: Program, metadataUrl: string, pace: Pace): Promise<RunningExporter> {
  return start(program, metadataUrl, pace, {}, isGoodPage, '/metrics');
}

/** Starts the program with OTLP push to `otlpUrl` and the defaults of the protocol, and waits until it is ready. */
export function startPushing(
  program: Program,
  metadataUrl: string,
  otlpUrl: string,
  pollDelayMs: number,
): Promise<RunningExporter> {
  const env = {
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
    OTEL_METRIC_EXPORT_INTERVAL: '3600000',
  };
  return start(program, metadataUrl, { pollDelayMs }, env, () => true, '/-/ready');
}

async function start(
  program: Program,
  metadataUrl: string,
  pace: Pace,
  env: Readonly<Record<string, string>>,
  isSuccessful: (page: string) => boolean,
  path: string,
): Promise<RunningExporter> {
  const port = await lastingPort();
  const isFast = typeof pace === 'object';
  const interval = INTERVAL_SECONDS[isFast ? 'isFast' : pace];
  const nodeArgs = [...program.nodeFlags, ...(isFast ? ['--require', FAST_TIMERS] : []), program.file];
  const flags = ['--metadata-url', metadataUrl, '--exporter-port', String(port), '--interval', interval];
  const startedMs = performance.now();
  const child = startChild(process.execPath, [...nodeArgs, 'run', ...flags, '--log-level', 'error'], {
    env: { ...program.env, ...env, ...(isFast ? { FAST_TIMER_MS: String(pace.pollDelayMs) } : {}) },
  });
  return { ...child, port, startMs: (await firstGoodScrape(child, port, isSuccessful, path)) - startedMs };
}
