import type { MetricSet } from '../instrumentation/metric-definition.ts';
import { EXPORT_FAILURE_REASONS, type ExportError, type PartialSuccess } from '../instrumentation/metric-exporter.ts';
import type { Authorizer } from '../instrumentation/otlp/authorizer.ts';
import type { ServiceOptions } from '../instrumentation/resource.ts';
import { type PushExporterName, startTelemetry, type Telemetry } from '../instrumentation/telemetry.ts';
import type { Config } from './config/config.ts';
import type { SigV4Config } from './config/otlp-auth.ts';
import { statsdTags } from './config/statsd.ts';
import type { Logger } from './log/logger.ts';
import type { Transitions } from './log/transitions.ts';
import { metricSet } from './metrics/row-instruments.ts';
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

/** The task of the configured endpoint, with Docker labels, tags and the task's cgroup if they are configured. */
export async function createTaskSource(
  config: Config,
  transitions: Transitions,
  options: Pick<EcsTaskSourceOptions, 'waitsForTags'> = {},
): Promise<TaskSource> {
  const { containerLabels, taskTags, cgroupRoot, metadataUrl, metadataUrlSource: urlSource } = config;
  // A request that lasts longer than the interval would delay the next poll.
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
 * A sampler for the vocabularies of the enabled exporters, and the log of its polls.
 *
 * @param onSample called after each poll, when its readings are current
 */
export function createSampler(
  config: Config,
  source: TaskSource,
  logger: Logger,
  transitions: Transitions,
  onSample: (isSuccessful: boolean, failures: readonly EndpointError[]) => void = () => {},
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
    selection: config.metrics,
    version: VERSION,
    exports: {
      exporters: config.exporters.filter((name) => name !== 'prometheus'),
      failureReasons: EXPORT_FAILURE_REASONS,
      withRejections: config.exporters.filter((name) => name === 'otlp'),
      withBytes: config.exporters.filter((name) => name === 'otlp' || name === 'statsd'),
    },
    ...own,
    observer: {
      onPoll(outcome) {
        log.onPoll(outcome);
        onSample(outcome.isSuccessful, outcome.failures);
      },
    },
  });
}

/** The configured part of the resource. */
export function serviceOf(config: Config): ServiceOptions {
  return {
    serviceName: config.serviceName ?? PROGRAM,
    isServiceNameGiven: config.serviceName !== undefined,
    serviceVersion: VERSION,
    resourceAttributes: config.resourceAttributes,
  };
}

/** Loads the signer only if requests are signed: node:crypto takes several MB. */
async function authorizerOf(sigv4: SigV4Config, transitions: Transitions): Promise<Authorizer> {
  const { createSigV4Authorizer } = await import('./aws/sigv4-authorizer.ts');
  const { createCredentialsProvider } = await import('./aws/credentials-provider.ts');
  return createSigV4Authorizer(sigv4, createCredentialsProvider(sigv4.credentials, transitions));
}

export async function createTelemetry(config: Config, sampler: Sampler, transitions: Transitions): Promise<Telemetry> {
  const setsOf = (exporter: Config['exporters'][number]): { readonly sets: readonly MetricSet[] } | undefined =>
    config.exporters.includes(exporter)
      ? { sets: config.vocabularies[exporter].map((vocabulary) => metricSet(vocabulary, VERSION, config.metrics)) }
      : undefined;
  const { resourceAttributesInclude: include } = config;
  const otlp = setsOf('otlp');
  const statsd = setsOf('statsd');
  const prometheus = setsOf('prometheus');
  const { resourceLabels, hasStartTimes } = config.prometheus;
  const isResourceLabel = resourceLabels.length === 0 ? undefined : createAllowList(resourceLabels);
  const { sigv4, ...receiver } = config.otlp;
  const authorizer = otlp && sigv4 && (await authorizerOf(sigv4, transitions));
  return startTelemetry({
    source: sampler,
    service: serviceOf(config),
    isResourceAttributeExported: include.length === 0 ? undefined : createAllowList(include),
    userAgent: `${PROGRAM}/${VERSION}`,
    programStartNs: sampler.startedNs,
    prometheus: prometheus && { isResourceLabel, hasStartTimes, ...prometheus },
    otlp: otlp && { ...receiver, authorizer, ...otlp },
    console: setsOf('console'),
    statsd: statsd && { ...config.statsd, constantTags: statsdTags(config.statsd), ...statsd },
    exportIntervalMs: config.exportIntervalMs,
    exportTimeoutMs: config.exportTimeoutMs,
    onBytesSent: (name, bytes) => sampler.countSentBytes(name, bytes),
    onOutcome: (name, { error, partial }, points, failedPoints) => {
      const { rejectedPoints } = partial ?? {};
      sampler.countExport(name, { reason: error?.reason, points, failedPoints, rejectedPoints });
      if (error === undefined) transitions.ok(`${name}_export`);
      else reportFailure(transitions, name, error);
      if (error === undefined || partial !== undefined) reportPartial(transitions, partial);
    },
  });
}

/** While a receiver is down, exports fail with several of these reasons. They are logged as one outage. */
const RECEIVER_DOWN: readonly ExportError['reason'][] = [
  'unreachable',
  'reset',
  'timeout',
  'server_error',
  'throttled',
];

function reportFailure(transitions: Transitions, exporter: PushExporterName, { reason, message }: ExportError): void {
  const outage = RECEIVER_DOWN.includes(reason) ? 'receiver_down' : reason;
  transitions.failing(`${exporter}_export`, outage, `${exporter} export failed: ${message}`, { reason });
}

/**
 * OTLP only. A message without rejected points is a warning.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success-1
 */
function reportPartial(transitions: Transitions, partial: PartialSuccess | undefined): void {
  const { rejectedPoints = 0, message = '' } = partial ?? {};
  if (rejectedPoints === 0 && message === '') {
    transitions.ok('otlp_partial');
    return;
  }
  const isWarning = rejectedPoints === 0;
  const points = rejectedPoints === 1 ? '1 data point' : `${rejectedPoints} data points`;
  const what = isWarning ? 'the receiver returned a warning' : `the receiver rejected ${points}`;
  const text = message === '' ? `${what}; check its log` : `${what}: ${message}`;
  transitions.failing('otlp_partial', isWarning ? 'warning' : 'rejected_points', text);
}
