import { installDiagLogger } from '../instrumentation/diag-logger.ts';
import { startHttpServer } from '../instrumentation/http/server.ts';
import type { MetricSet } from '../instrumentation/metric-definition.ts';
import { startTelemetry, type Telemetry } from '../instrumentation/telemetry.ts';
import { metricSet } from './catalogue/definitions.ts';
import type { VocabularyName } from './catalogue/vocabulary.ts';
import type { Config } from './config/config.ts';
import type { Logger } from './log/logger.ts';
import { createTransitions, type Transitions } from './log/transitions.ts';
import { createFilter } from './sampler/filter.ts';
import { createPollLog } from './sampler/poll-log.ts';
import { createPoller } from './sampler/poller.ts';
import { Sampler } from './sampler/sampler.ts';
import { createEndpoint } from './source/endpoint.ts';
import { VERSION } from './version.ts';

/** A running exporter: polling, observing, serving and pushing. */
export interface Exporter {
  /** Where the HTTP server really listens (an asked-for port 0 is resolved). */
  readonly address: { readonly host: string; readonly port: number };
  /** Takes one sample now, beside the timer. Never rejects. */
  poll(): Promise<void>;
  /** True after a good poll that is not too old. */
  isReady(): boolean;
  /** Last sample, last export, everything closed; within 12 s. A second call returns the first one's promise. */
  shutdown(): Promise<void>;
}

const SERVICE_NAME = 'ecs-container-exporter';
/** For the first export, and for the last one. */
const FLUSH_MS = 8000;
const LAST_POLL_MS = 2000;

/**
 * Starts everything that `config` asks for. Resolves once the HTTP server listens; the first poll is under way by then.
 *
 * @throws an Error whose message names host and port when the HTTP server cannot listen.
 */
export async function startExporter(config: Config, logger: Logger): Promise<Exporter> {
  const transitions = createTransitions({ logger });
  installDiagLogger((level, message) => {
    if (level === 'debug') logger.debug('opentelemetry', message);
    else transitions.failing('opentelemetry', message, message);
  });
  const endpoint = createEndpoint(config.metadataUrl);
  const firstSample = Promise.withResolvers<void>();
  const sampler = createSampler(config, createPoller(endpoint), logger, transitions, firstSample.resolve);
  const telemetry = await createTelemetry(config, sampler, transitions);
  const server = await startHttpServer({
    ...config.http,
    title: 'ecs-container-exporter',
    description: 'OpenTelemetry metrics of the containers of an Amazon ECS task.',
    version: VERSION,
    page: telemetry.page,
    isReady: () => sampler.isFresh(),
    onError: (error, path) => transitions.failing('http', 'request', messageOf(error), { path }),
  });
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
    sampler.stop();
    await within(LAST_POLL_MS, sampler.poll());
    endpoint.close();
    await telemetry.shutdown(FLUSH_MS);
    await server.close();
  }

  return {
    address: server.address,
    poll: () => sampler.poll(),
    isReady: () => sampler.isFresh(),
    shutdown: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** A sampler with the vocabularies that some exporter needs, and the log of what it sees; tells of each good sample. */
export function createSampler(
  config: Config,
  poll: ReturnType<typeof createPoller>,
  logger: Logger,
  transitions: Transitions,
  onSample: () => void = () => {},
): Sampler {
  const filter = createFilter(config.include, config.exclude);
  const log = createPollLog(logger, transitions, filter.unmatched);
  const vocabularies = new Set<VocabularyName>(config.exporters.flatMap((name) => config.vocabularies[name]));
  return new Sampler({
    poll,
    intervalMs: config.intervalMs,
    isSelected: filter.isSelected,
    vocabularies: [...vocabularies],
    version: VERSION,
    observer: {
      onPoll(outcome) {
        log.onPoll(outcome);
        if (outcome.snapshot !== undefined) onSample();
      },
    },
  });
}

export function createTelemetry(config: Config, sampler: Sampler, transitions: Transitions): Promise<Telemetry> {
  const setsOf = (exporter: Config['exporters'][number]): { readonly sets: readonly MetricSet[] } | undefined =>
    config.exporters.includes(exporter)
      ? { sets: config.vocabularies[exporter].map((vocabulary) => metricSet(vocabulary, VERSION)) }
      : undefined;
  const otlp = setsOf('otlp');
  return startTelemetry({
    source: sampler,
    service: {
      serviceName: config.serviceName ?? SERVICE_NAME,
      isServiceNameGiven: config.serviceName !== undefined,
      serviceVersion: VERSION,
      resourceAttributes: config.resourceAttributes,
    },
    prometheus: setsOf('prometheus'),
    otlp: otlp && { ...config.otlp, ...otlp },
    console: setsOf('console'),
    exportIntervalMs: config.exportIntervalMs,
    exportTimeoutMs: config.exportTimeoutMs,
    onExport: (name, error) => {
      if (error === undefined) transitions.ok(`${name}_export`);
      else transitions.failing(`${name}_export`, error.message, `${name} export failed: ${error.message}`);
    },
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

/** Waits for `promise`, but no longer than `ms`. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
