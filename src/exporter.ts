import { installDiagLogger } from '../instrumentation/diag-logger.ts';
import { REJECTION_REASONS } from '../instrumentation/http/connections.ts';
import type { Page } from '../instrumentation/http/page.ts';
import { type HttpServer, startHttpServer } from '../instrumentation/http/server.ts';
import type { Telemetry } from '../instrumentation/telemetry.ts';
import type { Config } from './config/config.ts';
import type { Logger } from './log/logger.ts';
import { createTransitions } from './log/transitions.ts';
import { createHttpRejections } from './self/http-rejections.ts';
import { startProcessMeter } from './self/process-meter.ts';
import { within } from './sources/within.ts';
import { messageOf } from './text/printable.ts';
import { PROGRAM, VERSION } from './version.ts';
import { createSampler, createTaskSource, createTelemetry } from './wiring.ts';

/** A running exporter: polling, observing, serving and pushing. */
export interface Exporter {
  /** Where the HTTP server really listens (an asked-for port 0 is resolved); undefined where it cannot, and only pushes. */
  readonly address: HttpServer['address'] | undefined;
  /** Takes one sample now, beside the timer. Never rejects. */
  poll(): Promise<void>;
  /** True after a good poll that is not too old. */
  isReady(): boolean;
  /** Last sample, last export, everything closed; within 12 s. A second call returns the first one's promise. */
  shutdown(): Promise<void>;
}

/** For the first export, and for the last one. */
const FLUSH_MS = 8000;
const LAST_POLL_MS = 2000;

/**
 * Starts everything that `config` asks for. Resolves once the HTTP server listens; the first poll is under way by then.
 *
 * @throws an Error whose message names host and port when the HTTP server cannot listen and Prometheus is to be served.
 */
export async function startExporter(config: Config, logger: Logger): Promise<Exporter> {
  const transitions = createTransitions({ logger });
  installDiagLogger((level, message) => {
    if (level === 'debug') logger.debug('opentelemetry', message);
    else transitions.failing('opentelemetry', message, message);
  });
  const source = await createTaskSource(config, transitions);
  const firstSample = Promise.withResolvers<void>();
  const telemetryReady = Promise.withResolvers<Telemetry>();
  const processMeter = startProcessMeter();
  const rejections = createHttpRejections(REJECTION_REASONS, transitions);
  const onSample = (isGood: boolean): void => {
    if (isGood) firstSample.resolve();
    telemetry.sampled();
    rejections.polled();
  };
  const sampler = createSampler(config, source, logger, transitions, onSample, {
    processMeter,
    httpRejections: rejections.counts,
  });
  const isPulled = config.exporters.includes('prometheus');
  const servedPage = async (): Promise<Page> => {
    const page = await pageOf(await telemetryReady.promise);
    transitions.ok('http');
    return page;
  };
  // First of all: where the port is taken, nothing else has begun.
  const server = await startHttpServer({
    ...config.http,
    title: PROGRAM,
    description: 'OpenTelemetry metrics of the containers of an Amazon ECS task.',
    version: VERSION,
    page: isPulled ? servedPage : undefined,
    isReady: () => sampler.isFresh(),
    onRejected: rejections.reject,
    onError: (error, path) => transitions.failing('http', 'request', messageOf(error), { path }),
  }).catch((error: unknown) => {
    if (!isPulled) {
      // Metrics are only pushed: a port in use must not prevent that.
      logger.warn('http_server_missing', `no health checks: ${messageOf(error)}`);
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
   * An export follows the first poll, and the first good one where that is another: a push interval later would be a minute
   * of nothing at every start.
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
    const lastPoll = sampler.poll();
    await within(LAST_POLL_MS, lastPoll);
    source.close();
    // Closing the source ends a poll that is still under way; the last export includes its failure.
    await lastPoll;
    processMeter.stop();
    await telemetry.shutdown(FLUSH_MS);
    await server?.close();
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

function pageOf({ page }: Telemetry): Promise<Page> {
  return page === undefined ? Promise.reject(new Error('there is no Prometheus exporter')) : page();
}
