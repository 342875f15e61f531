import { diag, type MeterProvider } from '@opentelemetry/api';
import { type RegisteredInstruments, registerInstruments } from '../instrumentation/instruments.ts';
import { escaped } from '../instrumentation/sanitize-text.ts';
import type { EcsMetrics, EcsMetricsOptions } from './ecs-metrics.ts';
import { isProvider, resolveOptions } from './ecs-metrics-options.ts';
import { createLimitedLogger, type Logger } from './log/logger.ts';
import { createTransitions } from './log/transitions.ts';
import { metricSet } from './metrics/row-instruments.ts';
import { createFilter } from './sampler/filter.ts';
import { createPollLog } from './sampler/poll-log.ts';
import { onlyResource, Sampler } from './sampler/sampler.ts';
import { createEcsTaskSource } from './sources/ecs-task/ecs-task-source.ts';
import { createEndpoint } from './sources/ecs-task/endpoint.ts';
import { messageOf } from './text/printable.ts';
import { VERSION } from './version.ts';

const ENDPOINT_TIMEOUT_MS = 5000;

/**
 * Polls the ECS task metadata endpoint and exports the metrics of the task's containers through a MeterProvider.
 *
 * Polling keeps the process alive until `stop` is called. Errors of the endpoint and of the provider are never thrown:
 * each is reported once to OpenTelemetry's `diag` logger.
 *
 * @throws TypeError that names every option that is missing or invalid.
 */
export function startEcsMetrics(options: EcsMetricsOptions): EcsMetrics {
  const { meterProvider, metadataUrl, urlSource, intervalMs, include, exclude, vocabularies } = resolveOptions(
    options,
    process.env,
  );
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  const endpoint = createEndpoint(metadataUrl, { deadlineMs: Math.min(ENDPOINT_TIMEOUT_MS, intervalMs), urlSource });
  const source = createEcsTaskSource(endpoint);
  const filter = createFilter(include, exclude);
  const logger = diagLog();
  const log = createPollLog(logger, createTransitions({ logger }), filter);
  const registered: RegisteredInstruments[] = [];
  let stopping: Promise<void> | undefined;

  const sampler = new Sampler({
    source,
    intervalMs,
    isSelected: filter.isSelected,
    vocabularies,
    version: VERSION,
    observer: {
      onPoll(outcome) {
        if (stopping !== undefined) return;
        if (outcome.isSuccessful) onSample();
        log.onPoll(outcome);
      },
    },
  });
  const readings = onlyResource(sampler);

  function register(provider: MeterProvider): void {
    for (const vocabulary of vocabularies) {
      registered.push(registerInstruments(provider, [metricSet(vocabulary, VERSION)], readings));
    }
  }

  function onSample(): void {
    try {
      if (registered.length === 0 && typeof meterProvider === 'function') {
        const provider: unknown = meterProvider(readings.resource());
        if (!isProvider(provider)) throw new TypeError('startEcsMetrics: meterProvider did not return a MeterProvider');
        // The function may have called `stop`.
        if (stopping === undefined) register(provider);
      }
      ready.resolve();
    } catch (error) {
      fail(error);
    }
  }

  function fail(error: unknown): void {
    ready.reject(error);
    void stop();
    logger.error('start_failed', `cannot register the instruments: ${messageOf(error)}`);
  }

  function stop(): Promise<void> {
    stopping ??= close();
    return stopping;
  }

  async function close(): Promise<void> {
    ready.reject(new Error('stopped before the first sample'));
    const lastPoll = sampler.stop();
    source.close();
    for (const instruments of registered) {
      try {
        instruments.unregister();
      } catch (error) {
        logger.warn('stop_failed', `cannot remove the instruments: ${messageOf(error)}`);
      }
    }
    await lastPoll;
  }

  try {
    if (typeof meterProvider !== 'function') register(meterProvider);
    sampler.start();
  } catch (error) {
    fail(error);
  }
  return { ready: ready.promise, resource: () => readings.resource(), stop };
}

/** Logs to OpenTelemetry's diagnostics logger. Without a registered one, nothing is written. */
function diagLog(): Logger {
  const target = diag.createComponentLogger({ namespace: 'ecs-container-exporter' });
  return createLimitedLogger(
    (level, event, message, { suppressed_lines: suppressed }) => {
      try {
        const note = suppressed === undefined ? '' : ` (${suppressed} earlier lines suppressed)`;
        target[level](`${event}: ${escaped(message)}${note}`);
      } catch {
        // A failing logger must not stop the polling.
      }
    },
    { level: 'debug' },
  );
}
