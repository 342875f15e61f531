import { type Collector, createCollector } from './collector.ts';
import { boundedTimeoutMs, createExportLoop, type ExportLoop } from './export-loop.ts';
import type { Page } from './http/page.ts';
import type { MetricSet, SampleSource } from './metric-definition.ts';
import type { MetricExporter, Outcome } from './metric-exporter.ts';
import type { OtlpOptions } from './otlp/otlp-exporter.ts';
import { createResourceBuilder, type ServiceOptions } from './resource.ts';
import type { StatsdOptions } from './statsd/statsd-exporter.ts';

/** Exporters that send by themselves. */
export type PushExporterName = 'otlp' | 'console' | 'statsd';

/** The metrics that an exporter exports. */
interface Sets {
  readonly sets: readonly MetricSet[];
}

export interface TelemetryOptions {
  readonly source: SampleSource;
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
  /** Reports how each export ended, and how many data points it had: 0 for one that was held back. */
  readonly onOutcome: (exporter: PushExporterName, outcome: Outcome, points: number) => void;
}

export interface Telemetry {
  /** Prometheus' page; undefined without that exporter. Rejects when the collection failed. */
  readonly page: (() => Promise<Page>) | undefined;
  /** There is a new sample: for the exporters that send each one. */
  sampled(): void;
  /** Exports now with every push exporter that has an interval. Never rejects; failures go to `onOutcome`. */
  flush(timeoutMs: number): Promise<void>;
  /** Last exports, then everything is closed. Never rejects. */
  shutdown(timeoutMs: number): Promise<void>;
}

const STATSD_TIMEOUT_MS = 5000;

/**
 * Creates the configured exporters over one collector.
 *
 * @throws an Error that says what is missing when an exporter cannot work on this machine at all.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { source, prometheus, otlp, console, statsd, exportIntervalMs: intervalMs } = options;
  const sets = [prometheus, otlp, console, statsd].flatMap((exporter) =>
    exporter === undefined ? [] : [exporter.sets],
  );
  const resourceOf = createResourceBuilder(options.service);
  const collector: Collector = createCollector({ source, resourceOf, sets, begunNs: options.watchedFromNs });
  const loops: ExportLoop[] = [];

  function add(
    name: PushExporterName,
    { sets }: Sets,
    exporter: MetricExporter,
    pace: { readonly intervalMs?: number; readonly timeoutMs: number },
  ): void {
    const { watchedFromNs } = options;
    const onOutcome = (outcome: Outcome, points: number): void => options.onOutcome(name, outcome, points);
    loops.push(createExportLoop({ exporter, source, collector, sets, watchedFromNs, onOutcome, ...pace }));
  }

  let page: Telemetry['page'];
  if (prometheus !== undefined) {
    const { createPages } = await import('./prometheus/pages.ts');
    page = createPages(source, collector, prometheus.sets);
  }
  if (otlp !== undefined) {
    const { createOtlpExporter } = await import('./otlp/otlp-exporter.ts');
    const timeoutMs = boundedTimeoutMs(Math.min(otlp.timeoutMs, options.exportTimeoutMs), intervalMs);
    add('otlp', otlp, await createOtlpExporter({ ...otlp, timeoutMs }, options.userAgent), { intervalMs, timeoutMs });
  }
  if (console !== undefined) {
    const { createConsoleExporter } = await import('./console-exporter.ts');
    add('console', console, createConsoleExporter(), { intervalMs, timeoutMs: options.exportTimeoutMs });
  }
  if (statsd !== undefined) {
    const { createStatsdExporter } = await import('./statsd/statsd-exporter.ts');
    add('statsd', statsd, await createStatsdExporter(statsd), { timeoutMs: STATSD_TIMEOUT_MS });
  }

  return {
    page,
    sampled() {
      for (const loop of loops) loop.sampled();
    },
    flush: async (timeoutMs) => {
      await Promise.all(loops.map((loop) => loop.flush(timeoutMs)));
    },
    shutdown: async (timeoutMs) => {
      await Promise.all(loops.map((loop) => loop.shutdown(timeoutMs)));
      await collector.close();
    },
  };
}
