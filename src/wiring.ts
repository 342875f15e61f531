import type { MetricSet } from '../instrumentation/metric-definition.ts';
import type { ServiceOptions } from '../instrumentation/resource.ts';
import { startTelemetry, type Telemetry } from '../instrumentation/telemetry.ts';
import { metricSet } from './catalogue/definitions.ts';
import type { VocabularyName } from './catalogue/vocabulary.ts';
import type { Config } from './config/config.ts';
import type { Logger } from './log/logger.ts';
import type { Transitions } from './log/transitions.ts';
import { createFilter } from './sampler/filter.ts';
import { createPollLog } from './sampler/poll-log.ts';
import type { createPoller } from './sampler/poller.ts';
import { Sampler } from './sampler/sampler.ts';
import { VERSION } from './version.ts';

const SERVICE_NAME = 'ecs-container-exporter';

/** A sampler with the vocabularies that some exporter needs, and the log of what it sees; tells of each good sample. */
export function createSampler(
  config: Config,
  poll: ReturnType<typeof createPoller>,
  logger: Logger,
  transitions: Transitions,
  onSample: () => void = () => {},
): Sampler {
  const filter = createFilter(config.include, config.exclude);
  const log = createPollLog(logger, transitions, filter);
  const vocabularies = new Set<VocabularyName>(config.exporters.flatMap((name) => config.vocabularies[name]));
  return new Sampler({
    poll,
    intervalMs: config.intervalMs,
    isSelected: filter.isSelected,
    vocabularies: [...vocabularies],
    version: VERSION,
    pushExporters: config.exporters.filter((name) => name !== 'prometheus'),
    observer: {
      onPoll(outcome) {
        log.onPoll(outcome);
        if (outcome.snapshot !== undefined) onSample();
      },
    },
  });
}

/** What the configuration says of the resource. */
export function serviceOf(config: Config): ServiceOptions {
  return {
    serviceName: config.serviceName ?? SERVICE_NAME,
    isServiceNameGiven: config.serviceName !== undefined,
    serviceVersion: VERSION,
    resourceAttributes: config.resourceAttributes,
  };
}

export function createTelemetry(config: Config, sampler: Sampler, transitions: Transitions): Promise<Telemetry> {
  const setsOf = (exporter: Config['exporters'][number]): { readonly sets: readonly MetricSet[] } | undefined =>
    config.exporters.includes(exporter)
      ? { sets: config.vocabularies[exporter].map((vocabulary) => metricSet(vocabulary, VERSION)) }
      : undefined;
  const otlp = setsOf('otlp');
  return startTelemetry({
    source: sampler,
    service: serviceOf(config),
    prometheus: setsOf('prometheus'),
    otlp: otlp && { ...config.otlp, ...otlp },
    console: setsOf('console'),
    exportIntervalMs: config.exportIntervalMs,
    exportTimeoutMs: config.exportTimeoutMs,
    onExport: (name, error) => {
      sampler.countExport(name, error !== undefined);
      if (error === undefined) transitions.ok(`${name}_export`);
      else transitions.failing(`${name}_export`, error.message, `${name} export failed: ${error.message}`);
    },
  });
}
