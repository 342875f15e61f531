import {
  AggregationTemporality,
  InstrumentType,
  PeriodicExportingMetricReader,
  type PeriodicExportingMetricReaderOptions,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { createPipeline, type FinishPass, type Pipeline, type PipelineOptions } from '../pipeline.ts';
import { type ExportObserver, type GatedExporter, gateExporter } from './gated-exporter.ts';

/** The SDK's periodic reader, with the finishing pass over every collection. */
class PushReader extends PeriodicExportingMetricReader {
  readonly #finish: FinishPass;

  constructor(options: PeriodicExportingMetricReaderOptions, finish: FinishPass) {
    super(options);
    this.#finish = finish;
  }

  override selectCardinalityLimit(): number {
    return Number.MAX_SAFE_INTEGER;
  }

  override async collect(
    ...options: Parameters<PeriodicExportingMetricReader['collect']>
  ): ReturnType<PeriodicExportingMetricReader['collect']> {
    const { resourceMetrics, errors } = await super.collect(...options);
    return { resourceMetrics: this.#finish(resourceMetrics), errors };
  }
}

export interface PushOptions {
  readonly exporter: PushMetricExporter;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly onExport: ExportObserver;
}

export interface PushPipeline {
  /** Collects and exports now. */
  flush(timeoutMs: number): Promise<void>;
  /** A last export, then the exporter is closed. Never rejects; what was cut off is told as a failed export. */
  shutdown(timeoutMs: number): Promise<void>;
}

export function createPushPipeline(options: PipelineOptions, push: PushOptions): PushPipeline {
  let pipeline = begin();

  function begin(): { readonly exporter: GatedExporter; readonly pipeline: Pipeline<PushReader> } {
    const exporter = gateExporter(push.exporter, Math.min(push.timeoutMs, push.intervalMs), (error) => {
      push.onExport(error);
      renewIfCrowded();
    });
    // The gate's timeout comes first: the reader may not have a longer one than this.
    const readerOptions = {
      exporter,
      exportIntervalMillis: push.intervalMs,
      exportTimeoutMillis: push.intervalMs,
    };
    return { exporter, pipeline: createPipeline(options, (finish) => new PushReader(readerOptions, finish)) };
  }

  /** Not with deltas: a new provider would send every total once more as growth. */
  function renewIfCrowded(): void {
    const temporality = push.exporter.selectAggregationTemporality?.(InstrumentType.OBSERVABLE_COUNTER);
    if (!pipeline.pipeline.isCrowded() || temporality === AggregationTemporality.DELTA) return;
    const crowded = pipeline;
    pipeline = begin();
    crowded.exporter.retire();
    crowded.pipeline.unregister();
    void crowded.pipeline.provider.shutdown();
  }

  return {
    flush: (timeoutMillis) => pipeline.pipeline.provider.forceFlush({ timeoutMillis }),
    shutdown: async (timeoutMillis) => {
      try {
        await pipeline.pipeline.provider.shutdown({ timeoutMillis });
      } catch (cause) {
        pipeline.exporter.retire();
        push.onExport(new Error(`the last export was not through after ${timeoutMillis} ms`, { cause }));
      }
    },
  };
}
