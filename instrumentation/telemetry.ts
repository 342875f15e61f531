import { ConsoleMetricExporter, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { Page } from './http/page.ts';
import type { MetricSet, ReadingSource } from './metric-definition.ts';
import type { PipelineOptions } from './pipeline.ts';
import { createOtlpExporter, type OtlpOptions } from './readers/otlp.ts';
import { createPullPipeline, type PullPipeline } from './readers/prometheus.ts';
import { createPushPipeline, type PushPipeline } from './readers/push.ts';
import { createResourceBuilder, type ServiceOptions } from './resource.ts';

export interface TelemetryOptions {
  readonly source: ReadingSource;
  readonly service: ServiceOptions;
  /** Each exporter with the metrics that it exports; absent ones are not loaded. */
  readonly prometheus?: { readonly sets: readonly MetricSet[] } | undefined;
  readonly otlp?: (OtlpOptions & { readonly sets: readonly MetricSet[] }) | undefined;
  readonly console?: { readonly sets: readonly MetricSet[] } | undefined;
  /** Of the push exporters. */
  readonly exportIntervalMs: number;
  readonly exportTimeoutMs: number;
  /** Told how each export ended. */
  readonly onExport: (exporter: 'otlp' | 'console', error: Error | undefined) => void;
}

export interface Telemetry {
  /** Prometheus' page; undefined without that exporter. Rejects when the collection failed. */
  readonly page: (() => Promise<Page>) | undefined;
  /** Exports now by every push exporter. Failures go to `onExport`; it rejects for none. */
  flush(timeoutMs: number): Promise<void>;
  /** Last exports, then everything is closed. Never rejects. */
  shutdown(timeoutMs: number): Promise<void>;
}

/** Builds a pipeline (reader, MeterProvider, instruments) for each exporter that is asked for. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { source, service, prometheus, otlp, console } = options;
  const buildResource = createResourceBuilder(service);
  const common = { source, resource: () => buildResource(source.resource()) };
  const push: PushPipeline[] = [];
  const add = (name: 'otlp' | 'console', sets: readonly MetricSet[], exporter: PushMetricExporter): void => {
    const pipeline: PipelineOptions = { ...common, sets };
    const { exportIntervalMs: intervalMs, exportTimeoutMs: timeoutMs } = options;
    const onExport = (error: Error | undefined): void => options.onExport(name, error);
    push.push(createPushPipeline(pipeline, { exporter, intervalMs, timeoutMs, onExport }));
  };
  let pull: PullPipeline | undefined;
  if (prometheus !== undefined) pull = createPullPipeline({ ...common, sets: prometheus.sets });
  if (otlp !== undefined) {
    // No request outlives its export: the next one, or the end of the program, would wait for it.
    const timeoutMs = Math.min(otlp.timeoutMs, options.exportTimeoutMs);
    add('otlp', otlp.sets, await createOtlpExporter({ ...otlp, timeoutMs }));
  }
  if (console !== undefined) add('console', console.sets, new ConsoleMetricExporter());
  return {
    page: pull?.page,
    flush: async (timeoutMs) => {
      await Promise.allSettled(push.map((pipeline) => pipeline.flush(timeoutMs)));
    },
    shutdown: async (timeoutMs) => {
      await Promise.allSettled([pull?.shutdown(), ...push.map((pipeline) => pipeline.shutdown(timeoutMs))]);
    },
  };
}
