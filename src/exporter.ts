import { installDiagLogger } from '../instrumentation/diag-logger.ts';
import { REJECTION_REASONS } from '../instrumentation/http/connections.ts';
import type { Page } from '../instrumentation/http/page.ts';
import { type HttpServer, startHttpServer } from '../instrumentation/http/server.ts';
import type { Telemetry } from '../instrumentation/telemetry.ts';
import type { Config } from './config/config.ts';
import type { WebConfig } from './config/web-config.ts';
import type { Logger } from './log/logger.ts';
import type { RecentEvents } from './log/recent-events.ts';
import { createTransitions } from './log/transitions.ts';
import { createHttpRejections } from './self/http-rejections.ts';
import { startProcessMeter } from './self/process-meter.ts';
import { createScrapeCounter } from './self/scrape-counter.ts';
import { createStatusPage } from './status-page.ts';
import { messageOf } from './text/printable.ts';
import { createSampler, createTaskSource, createTelemetry } from './wiring.ts';

/** A running exporter: it polls the endpoint, serves the page and pushes metrics. */
export interface Exporter {
  /** The address on which the HTTP server listens, with the actual port; undefined if it could not start. */
  readonly address: HttpServer['address'] | undefined;
  /** Takes a sample now, independently of the timer. Never rejects. */
  poll(): Promise<void>;
  /** Whether the last successful poll is recent enough. */
  isReady(): boolean;
  /** Takes and exports a last sample and closes everything, within 12 s. A second call returns the first call's promise. */
  shutdown(): Promise<void>;
}

/** Timeout of the first and of the last export. */
const FLUSH_MS = 8000;
const LAST_POLL_MS = 2000;

/** Dependencies that only some commands provide. */
export interface ExporterParts {
  /** The last log events, for the status page. */
  readonly recentEvents?: Pick<RecentEvents, 'list'> | undefined;
  /** The access control of the port. @default plain HTTP without passwords */
  readonly webConfig?: WebConfig | undefined;
}

/**
 * Starts the configured exporters. Resolves when the HTTP server listens and the first poll has begun.
 *
 * @throws an Error that names host and port if the HTTP server cannot listen and the Prometheus exporter is enabled.
 */
export async function startExporter(
  config: Config,
  logger: Logger,
  { recentEvents, webConfig }: ExporterParts = {},
): Promise<Exporter> {
  const transitions = createTransitions({ logger });
  installDiagLogger((level, message) => {
    if (level === 'debug') logger.debug('opentelemetry', message);
    else transitions.failing('opentelemetry', message, message);
  });
  const source = await createTaskSource(config, transitions);
  const firstSample = Promise.withResolvers<void>();
  const telemetryReady = Promise.withResolvers<Telemetry>();
  const processMeter = startProcessMeter();
  const { startPortSecurity, SECURITY_REJECTIONS = [] } = webConfig ? await import('./port-security.ts') : {};
  const security = webConfig && startPortSecurity?.(webConfig, logger, transitions);
  const rejections = createHttpRejections([...REJECTION_REASONS, ...SECURITY_REJECTIONS], transitions);
  const onSample = (isSuccessful: boolean): void => {
    if (isSuccessful) firstSample.resolve();
    telemetry.onSample();
    rejections.polled();
    statusPage?.onPoll();
  };
  const sampler = createSampler(config, source, logger, transitions, onSample, {
    processMeter,
    httpRejections: rejections.counts,
  });
  const isPulled = config.exporters.includes('prometheus');
  const scrapes = createScrapeCounter();
  const statusPage = config.statusPage.isServed
    ? createStatusPage(config, sampler, scrapes.counts, recentEvents)
    : undefined;
  const servedPage = scrapes.counted(async (accept: string | undefined): Promise<Page> => {
    const page = await pageOf(await telemetryReady.promise, accept);
    transitions.ok('http');
    return page;
  });
  // Before anything else starts, because the port may be in use.
  const server = await startHttpServer({
    ...config.http,
    page: isPulled ? servedPage : undefined,
    isReady: () => sampler.isFresh(),
    ...(statusPage && { routes: statusPage.routes }),
    security,
    onRejected: rejections.reject,
    onError: (error, path) => transitions.failing('http', 'request', `a request failed: ${messageOf(error)}`, { path }),
  }).catch((error: unknown) => {
    if (!isPulled) {
      // Metrics are only pushed: a port in use must not prevent that.
      logger.warn('http_server_missing', `the HTTP server did not start, so health checks fail: ${messageOf(error)}`);
      return undefined;
    }
    processMeter.stop();
    throw error;
  });
  const telemetry = await createTelemetry(config, sampler, transitions).catch(async (error: unknown) => {
    processMeter.stop();
    await server?.close();
    throw error;
  });
  telemetryReady.resolve(telemetry);
  let stopping: Promise<void> | undefined;
  void beginPolling();

  /**
   * Exports after the first poll, and again after the first successful one. Otherwise the first export would be a push
   * interval (by default a minute) after the start.
   */
  async function beginPolling(): Promise<void> {
    sampler.start();
    await sampler.poll();
    const isFirstGood = sampler.isFresh();
    if (stopping === undefined) await telemetry.flush(FLUSH_MS);
    if (isFirstGood) return;
    await firstSample.promise;
    if (stopping === undefined) await telemetry.flush(FLUSH_MS);
  }

  async function stop(): Promise<void> {
    void sampler.stop();
    // Closing the source aborts a running poll; the last export includes its failure.
    const deadline = setTimeout(() => source.close(), LAST_POLL_MS);
    await sampler.poll();
    clearTimeout(deadline);
    source.close();
    processMeter.stop();
    await telemetry.shutdown(FLUSH_MS);
    await server?.close();
    security?.close();
  }

  return {
    address: server?.address,
    poll: () => sampler.poll(),
    isReady: () => sampler.isFresh(),
    shutdown: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

function pageOf({ page }: Telemetry, accept: string | undefined): Promise<Page> {
  return page === undefined ? Promise.reject(new Error('the Prometheus exporter is not enabled')) : page(accept);
}
