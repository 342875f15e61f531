import { ConsoleMetricExporter } from '@opentelemetry/sdk-metrics';
import type { ExportError } from './export-error.ts';
import type { Page } from './http/page.ts';
import type { MetricSet, ReadingSource } from './metric-definition.ts';
import type { PartialSuccess } from './metric-exporter.ts';
import type { OtlpOptions } from './otlp/otlp-exporter.ts';
import type { PullPipeline } from './prometheus/pull-pipeline.ts';
import type { Sender } from './readers/gated-exporter.ts';
import { createPushPipeline, type PushPipeline } from './readers/push.ts';
import { createSampledPipeline, type SampledPipeline } from './readers/sampled.ts';
import { createResourceBuilder, type ServiceOptions } from './resource.ts';
import type { StatsdOptions } from './statsd/statsd-exporter.ts';

/** Exporters that send by themselves. */
export type PushExporterName = 'otlp' | 'console' | 'statsd';

/** The metrics that an exporter exports. */
interface Sets {
  readonly sets: readonly MetricSet[];
}

export interface TelemetryOptions {
  readonly source: ReadingSource;
  readonly service: ServiceOptions;
  /** Product and version, for receivers' logs. */
  readonly userAgent: string;
  /** When the program began to look, in nanoseconds since the epoch: counts from before are no growth. */
  readonly watchedFromNs: bigint;
  /** Each exporter with the metrics that it exports; absent ones are not loaded. */
  readonly prometheus?: Sets | undefined;
  readonly otlp?: (OtlpOptions & Sets) | undefined;
  readonly console?: Sets | undefined;
  readonly statsd?: (StatsdOptions & Sets) | undefined;
  /** Of otlp and console; statsd sends each sample. */
  readonly exportIntervalMs: number;
  readonly exportTimeoutMs: number;
  /** Told how each export ended. */
  readonly onExport: (exporter: PushExporterName, error: ExportError | undefined) => void;
  /** Told of each export that the OTLP receiver took, with what it left out of it. */
  readonly onAccepted: (exporter: PushExporterName, partial: PartialSuccess) => void;
}

export interface Telemetry {
  /** Prometheus' page; undefined without that exporter. Rejects when the collection failed. */
  readonly page: (() => Promise<Page>) | undefined;
  /** There is a new sample: for the exporters that send each one. */
  sampled(): void;
  /** Exports now by every exporter with an interval of its own. Failures go to `onExport`; it rejects for none. */
  flush(timeoutMs: number): Promise<void>;
  /** Last exports, then everything is closed. Never rejects. */
  shutdown(timeoutMs: number): Promise<void>;
}

/** Above the exporter's own. */
const STATSD_TIMEOUT_MS = 6000;

/**
 * Builds a pipeline (reader, MeterProvider, instruments) for each exporter that is asked for.
 *
 * @throws an Error that says what is missing when an exporter cannot work on this machine at all.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { source, service, prometheus, otlp, console, statsd, exportTimeoutMs: timeoutMs } = options;
  const buildResource = createResourceBuilder(service);
  const common = { source, resource: () => buildResource(source.resource()) };
  const push: PushPipeline[] = [];
  const onExportBy =
    (name: PushExporterName) =>
    (error: ExportError | undefined): void =>
      options.onExport(name, error);
  const add = (name: PushExporterName, { sets }: Sets, exporter: Sender, longestMs = timeoutMs): void => {
    const { exportIntervalMs: intervalMs, watchedFromNs } = options;
    const pushOptions = { exporter, intervalMs, timeoutMs: longestMs, watchedFromNs, onExport: onExportBy(name) };
    push.push(createPushPipeline({ ...common, sets }, pushOptions));
  };

  let pull: PullPipeline | undefined;
  let sampled: SampledPipeline | undefined;
  if (prometheus !== undefined) {
    const { createPullPipeline } = await import('./prometheus/pull-pipeline.ts');
    pull = createPullPipeline({ ...common, sets: prometheus.sets });
  }
  if (otlp !== undefined) {
    // No request outlives its export, and the SDK gives up first: it knows why the export failed.
    const bounded = { ...otlp, timeoutMs: Math.min(otlp.timeoutMs, timeoutMs, options.exportIntervalMs * 0.9) };
    const onAccepted = (partial: PartialSuccess): void => options.onAccepted('otlp', partial);
    const { createOtlpSender } = await import('./otlp/as-sender.ts');
    const exporter = await createOtlpSender(bounded, options.userAgent, onAccepted);
    // What the SDK's timeout does not see: an answer that never ends, byte by byte.
    add('otlp', otlp, exporter, Math.min(timeoutMs, bounded.timeoutMs * 1.05));
  }
  if (console !== undefined) add('console', console, new ConsoleMetricExporter());
  if (statsd !== undefined) {
    const { createStatsdExporter } = await import('./statsd/statsd-exporter.ts');
    const exporter = await createStatsdExporter(statsd);
    const sampledOptions = { exporter, timeoutMs: STATSD_TIMEOUT_MS, onExport: onExportBy('statsd') };
    sampled = createSampledPipeline({ ...common, sets: statsd.sets }, sampledOptions);
  }
  return {
    page: pull?.page,
    sampled: () => void sampled?.send(),
    flush: async (flushTimeoutMs) => {
      await Promise.allSettled(push.map((pipeline) => pipeline.flush(flushTimeoutMs)));
    },
    shutdown: async (shutdownTimeoutMs) => {
      const pushing = [...push, ...(sampled === undefined ? [] : [sampled])];
      await Promise.allSettled([pull?.shutdown(), ...pushing.map((pipeline) => pipeline.shutdown(shutdownTimeoutMs))]);
    },
  };
}
