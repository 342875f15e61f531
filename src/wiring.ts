import { EXPORT_FAILURE_REASONS, type ExportError } from '../instrumentation/export-error.ts';
import type { MetricSet } from '../instrumentation/metric-definition.ts';
import type { PartialSuccess } from '../instrumentation/metric-exporter.ts';
import type { ServiceOptions } from '../instrumentation/resource.ts';
import { startTelemetry, type Telemetry } from '../instrumentation/telemetry.ts';
import type { Config } from './config/config.ts';
import { selectionOf } from './config/metric-selection.ts';
import { statsdTags } from './config/statsd-tags.ts';
import type { Logger } from './log/logger.ts';
import type { Transitions } from './log/transitions.ts';
import { metricSet } from './metrics/definitions.ts';
import type { VocabularyName } from './metrics/vocabulary.ts';
import { createAllowList, createFilter } from './sampler/filter.ts';
import { createPollLog } from './sampler/poll-log.ts';
import { Sampler, type SamplerOptions } from './sampler/sampler.ts';
import type { TaskCgroupReader } from './sources/cgroup/task-cgroup.ts';
import { createEcsTaskSource, type EcsTaskSourceOptions } from './sources/ecs-task/ecs-task-source.ts';
import { createEndpoint } from './sources/ecs-task/endpoint.ts';
import type { EndpointError } from './sources/ecs-task/endpoint-error.ts';
import { createTagReader } from './sources/ecs-task/tag-reader.ts';
import type { TaskSource } from './sources/task-source.ts';
import { PROGRAM, VERSION } from './version.ts';

/**
 * The task of the configured endpoint, with what the configuration asks for: docker labels, tags and the task's cgroup only
 * where it names some.
 */
export async function createTaskSource(
  config: Config,
  transitions: Transitions,
  options: Pick<EcsTaskSourceOptions, 'waitsForTags'> = {},
): Promise<TaskSource> {
  const { containerLabels, taskTags, cgroupRoot, metadataUrl, metadataUrlSource: urlSource } = config;
  // A document that takes longer than the interval would delay the next poll.
  const deadlineMs = Math.min(config.endpointTimeoutMs, config.intervalMs);
  const endpoint = createEndpoint(metadataUrl, { deadlineMs, urlSource });
  return createEcsTaskSource(endpoint, {
    ...options,
    isLabelWanted: containerLabels.length === 0 ? undefined : createAllowList(containerLabels),
    tagReader: taskTags.length === 0 ? undefined : createTagReader(endpoint, { isWanted: createAllowList(taskTags) }),
    cgroupReader: cgroupRoot === undefined ? undefined : await cgroupReaderOf(cgroupRoot, transitions),
  });
}

async function cgroupReaderOf(root: string, transitions: Transitions): Promise<TaskCgroupReader> {
  const { createTaskCgroupReader } = await import('./sources/cgroup/task-cgroup.ts');
  return createTaskCgroupReader({ root, transitions });
}

/**
 * A sampler with the vocabularies that some exporter needs, and the log of what it sees.
 *
 * @param onSample called after each poll, once its readings are current
 */
export function createSampler(
  config: Config,
  source: TaskSource,
  logger: Logger,
  transitions: Transitions,
  onSample: (isGood: boolean, failures: readonly EndpointError[]) => void = () => {},
  own: Pick<SamplerOptions, 'processMeter' | 'httpRejections'> = {},
): Sampler {
  const filter = createFilter(config.include, config.exclude);
  const log = createPollLog(logger, transitions, filter);
  const vocabularies = new Set<VocabularyName>(config.exporters.flatMap((name) => config.vocabularies[name]));
  return new Sampler({
    source,
    intervalMs: config.intervalMs,
    isSelected: filter.isSelected,
    vocabularies: [...vocabularies],
    selection: selectionOf(config.metrics),
    version: VERSION,
    exports: {
      exporters: config.exporters.filter((name) => name !== 'prometheus'),
      failureReasons: EXPORT_FAILURE_REASONS,
      withRejections: config.exporters.filter((name) => name === 'otlp'),
    },
    ...own,
    observer: {
      onPoll(outcome) {
        log.onPoll(outcome);
        onSample(outcome.isGood, outcome.failures);
      },
    },
  });
}

/** What the configuration says of the resource. */
export function serviceOf(config: Config): ServiceOptions {
  return {
    serviceName: config.serviceName ?? PROGRAM,
    isServiceNameGiven: config.serviceName !== undefined,
    serviceVersion: VERSION,
    resourceAttributes: config.resourceAttributes,
  };
}

export function createTelemetry(config: Config, sampler: Sampler, transitions: Transitions): Promise<Telemetry> {
  const selection = selectionOf(config.metrics);
  const setsOf = (exporter: Config['exporters'][number]): { readonly sets: readonly MetricSet[] } | undefined =>
    config.exporters.includes(exporter)
      ? { sets: config.vocabularies[exporter].map((vocabulary) => metricSet(vocabulary, VERSION, selection)) }
      : undefined;
  const otlp = setsOf('otlp');
  const statsd = setsOf('statsd');
  return startTelemetry({
    source: sampler,
    service: serviceOf(config),
    userAgent: `${PROGRAM}/${VERSION}`,
    watchedFromNs: sampler.startedNs,
    prometheus: setsOf('prometheus'),
    otlp: otlp && { ...config.otlp, ...otlp },
    console: setsOf('console'),
    statsd: statsd && { ...config.statsd, constantTags: statsdTags(config.statsd), ...statsd },
    exportIntervalMs: config.exportIntervalMs,
    exportTimeoutMs: config.exportTimeoutMs,
    onOutcome: (name, { error, partial }, points) => {
      sampler.countExport(name, { reason: error?.reason, points, rejectedPoints: partial?.rejectedPoints });
      if (error !== undefined) return reportFailure(transitions, name, error);
      transitions.ok(`${name}_export`);
      reportPartial(transitions, `${name}_partial`, partial);
    },
  });
}

/** A receiver that goes away shows as several of these, one after the other: one outage, and one line. */
const AWAY: readonly ExportError['reason'][] = ['unreachable', 'reset', 'timeout', 'server_error', 'throttled'];

function reportFailure(transitions: Transitions, exporter: string, { reason, message }: ExportError): void {
  const told = AWAY.includes(reason) ? 'away' : reason;
  transitions.failing(`${exporter}_export`, told, `${exporter} export failed: ${message}`, { reason });
}

/** @see https://opentelemetry.io/docs/specs/otlp/#partial-success-1 a message without rejected points is a warning. */
function reportPartial(transitions: Transitions, event: string, partial: PartialSuccess | undefined): void {
  const { rejectedPoints = 0, message = '' } = partial ?? {};
  if (rejectedPoints === 0 && message === '') {
    transitions.ok(event);
    return;
  }
  const what = rejectedPoints === 0 ? 'the receiver warns' : `the receiver rejected ${rejectedPoints} points`;
  const reason = rejectedPoints === 0 ? 'warning' : 'rejected_points';
  transitions.failing(event, reason, message === '' ? what : `${what}: ${message}`);
}
