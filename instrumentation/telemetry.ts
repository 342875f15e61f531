import { type Collector, createCollector } from './collector.ts';
import { createConsoleExporter } from './console-exporter.ts';
import { boundedTimeoutMs, createExportLoop, type ExportLoop, type OnOutcome } from './export-loop.ts';
import type { Page } from './http/page.ts';
import type { MetricSet, SampleSource } from './metric-definition.ts';
import type { MetricExporter } from './metric-exporter.ts';
import type { OtlpOptions } from './otlp/otlp-exporter.ts';
import { createResourceBuilder, createResourceFilter, type ServiceOptions, withResourceFilter } from './resource.ts';
import type { StatsdOptions } from './statsd/statsd-exporter.ts';

/** Push exporters. */
export type PushExporterName = 'otlp' | 'console' | 'statsd';

interface Sets {
  readonly sets: readonly MetricSet[];
}

export interface PrometheusOptions {
  /** Selects the resource attributes that become labels of every series. @default none */
  readonly isResourceLabel?: ((attribute: string) => boolean) | undefined;
  /** Serves OpenMetrics with start times to clients that accept it. @default false */
  readonly hasStartTimes?: boolean;
}

export interface TelemetryOptions {
  readonly source: SampleSource;
  readonly service: ServiceOptions;
  /** Selects the exported resource attributes. StatsD tags and resource labels can use all attributes. @default all */
  readonly isResourceAttributeExported?: ((name: string) => boolean) | undefined;
  /** Product and version, sent to OTLP receivers. */
  readonly userAgent: string;
  /** Start of the program, in nanoseconds since the epoch; see `createDeltas`. */
  readonly programStartNs: bigint;
  /** The configured exporters and their metrics. Absent exporters are not loaded. */
  readonly prometheus?: (PrometheusOptions & Sets) | undefined;
  readonly otlp?: (OtlpOptions & Sets) | undefined;
  readonly console?: Sets | undefined;
  readonly statsd?: (StatsdOptions & Sets) | undefined;
  /** Interval of otlp and console; statsd sends each sample. */
  readonly exportIntervalMs: number;
  readonly exportTimeoutMs: number;
  readonly onOutcome: (exporter: PushExporterName, ...result: Parameters<OnOutcome>) => void;
  /** Called for each request body and datagram that otlp and statsd have sent, with its size. */
  readonly onBytesSent?: ((exporter: PushExporterName, bytes: number) => void) | undefined;
}

export interface Telemetry {
  /** Renders the Prometheus page for an Accept header; undefined without that exporter. Rejects if the collection fails. */
  readonly page: ((accept?: string) => Promise<Page>) | undefined;
  /** Reports a new sample to the exporters that send each one. */
  onSample(): void;
  /** Exports now with every push exporter that has an interval. Never rejects; failures are passed to `onOutcome`. */
  flush(timeoutMs: number): Promise<void>;
  /** Runs the final exports and closes everything. Never rejects. */
  shutdown(timeoutMs: number): Promise<void>;
}

const STATSD_TIMEOUT_MS = 5000;

/**
 * Creates the configured exporters, which share one collector.
 *
 * @throws an Error with the missing requirement if this platform does not support an exporter
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { source, prometheus, otlp, console, statsd, exportIntervalMs: intervalMs } = options;
  const sets = [prometheus, otlp, console, statsd].flatMap((exporter) =>
    exporter === undefined ? [] : [exporter.sets],
  );
  const resourceOf = createResourceBuilder(options.service);
  const collector: Collector = createCollector({ source, resourceOf, sets, programStartNs: options.programStartNs });
  const loops: ExportLoop[] = [];
  const filter = options.isResourceAttributeExported && createResourceFilter(options.isResourceAttributeExported);
  const filtered = (exporter: MetricExporter): MetricExporter =>
    filter === undefined ? exporter : withResourceFilter(exporter, filter);
  const onSent = (name: PushExporterName) => (bytes: number) => options.onBytesSent?.(name, bytes);

  function add(
    name: PushExporterName,
    { sets }: Sets,
    exporter: MetricExporter,
    schedule: { readonly intervalMs?: number; readonly timeoutMs: number },
  ): void {
    const { programStartNs } = options;
    const onOutcome: OnOutcome = (...result) => options.onOutcome(name, ...result);
    loops.push(createExportLoop({ exporter, source, collector, sets, programStartNs, onOutcome, ...schedule }));
  }

  let page: Telemetry['page'];
  if (prometheus !== undefined) {
    const { createPages } = await import('./prometheus/pages.ts');
    const { hasStartTimes, ...labels } = prometheus;
    const alternative =
      hasStartTimes === true ? (await import('./prometheus/open-metrics.ts')).OPEN_METRICS : undefined;
    page = createPages({ source, collector, filter, alternative, ...labels });
  }
  if (otlp !== undefined) {
    const { createOtlpExporter } = await import('./otlp/otlp-exporter.ts');
    const timeoutMs = boundedTimeoutMs(Math.min(otlp.timeoutMs, options.exportTimeoutMs), intervalMs);
    const exporter = await createOtlpExporter({ ...otlp, timeoutMs }, options.userAgent, onSent('otlp'));
    add('otlp', otlp, filtered(exporter), { intervalMs, timeoutMs });
  }
  if (console !== undefined) {
    add('console', console, filtered(createConsoleExporter()), { intervalMs, timeoutMs: options.exportTimeoutMs });
  }
  if (statsd !== undefined) {
    const { createStatsdExporter } = await import('./statsd/statsd-exporter.ts');
    add('statsd', statsd, await createStatsdExporter(statsd, onSent('statsd')), { timeoutMs: STATSD_TIMEOUT_MS });
  }

  return {
    page,
    onSample() {
      for (const loop of loops) loop.onSample();
    },
    flush: async (timeoutMs) => {
      await Promise.all(loops.map((loop) => loop.flush(timeoutMs)));
    },
    shutdown: async (timeoutMs) => {
      await Promise.all(loops.map((loop) => loop.shutdown(timeoutMs)));
    },
  };
}
