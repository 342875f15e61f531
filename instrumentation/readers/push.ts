import {
  AggregationTemporality,
  InstrumentType,
  PeriodicExportingMetricReader,
  type PeriodicExportingMetricReaderOptions,
} from '@opentelemetry/sdk-metrics';
import { createDeltas } from '../deltas.ts';
import { ExportError } from '../export-error.ts';
import { createPipeline, type FinishPass, type Pipeline, type PipelineOptions } from '../pipeline.ts';
import { type ExportObserver, type GatedExporter, gateExporter, lastExportMs, type Sender } from './gated-exporter.ts';
import { createTurns } from './turns.ts';

/** The SDK's periodic reader, with the finishing pass over every collection. */
class PushReader extends PeriodicExportingMetricReader {
  readonly #finish: FinishPass;
  readonly #turns = createTurns();

  constructor(options: PeriodicExportingMetricReaderOptions, finish: FinishPass) {
    super(options);
    this.#finish = finish;
  }

  override selectCardinalityLimit(): number {
    return Number.MAX_SAFE_INTEGER;
  }

  override collect(
    ...options: Parameters<PeriodicExportingMetricReader['collect']>
  ): ReturnType<PeriodicExportingMetricReader['collect']> {
    return this.#turns(async () => {
      const { resourceMetrics, errors } = await super.collect(...options);
      return { resourceMetrics: this.#finish(resourceMetrics), errors };
    });
  }
}

export interface PushOptions {
  readonly exporter: Sender;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly onExport: ExportObserver;
  /** When the program began to look at what it counts, in nanoseconds since the epoch: where deltas begin. */
  readonly watchedFromNs: bigint;
}

export interface PushPipeline {
  /** Collects and exports now. */
  flush(timeoutMs: number): Promise<void>;
  /** A last export, then the exporter is closed. Never rejects; what was cut off is told as a failed export. */
  shutdown(timeoutMs: number): Promise<void>;
}

/** An export ends before the next one is due; were it later than the reader's own timeout, both would tell of it. */
const LONGEST_SHARE = 0.95;

export function createPushPipeline(options: PipelineOptions, push: PushOptions): PushPipeline {
  const temporality = push.exporter.selectAggregationTemporality?.(InstrumentType.OBSERVABLE_COUNTER);
  const deltas = temporality === AggregationTemporality.DELTA ? createDeltas(push.watchedFromNs) : undefined;
  let isStopping = false;
  let pipeline = begin();

  function begin(): { readonly exporter: GatedExporter; readonly pipeline: Pipeline<PushReader> } {
    const timeoutMs = Math.min(push.timeoutMs, push.intervalMs * LONGEST_SHARE);
    const exporter = gateExporter(push.exporter, timeoutMs, (error) => {
      if (error === undefined) deltas?.acknowledge();
      push.onExport(error);
      renewIfCrowded();
    });
    // Not longer than the interval, says the SDK. The gate's own timeout comes first.
    const readerOptions = {
      exporter,
      exportIntervalMillis: push.intervalMs,
      exportTimeoutMillis: push.intervalMs,
    };
    const create = (finish: FinishPass): PushReader => new PushReader(readerOptions, finish);
    return { exporter, pipeline: createPipeline({ ...options, deltas }, create) };
  }

  function renewIfCrowded(): void {
    // The last one is not worth it, and nobody would close another.
    if (isStopping || !pipeline.pipeline.isCrowded()) return;
    const crowded = pipeline;
    pipeline = begin();
    crowded.exporter.retire();
    crowded.pipeline.unregister();
    void crowded.pipeline.provider.shutdown();
  }

  return {
    flush: (timeoutMillis) => pipeline.pipeline.provider.forceFlush({ timeoutMillis }),
    shutdown: async (timeoutMillis) => {
      isStopping = true;
      try {
        pipeline.exporter.hurry(lastExportMs(timeoutMillis));
        await pipeline.pipeline.provider.shutdown({ timeoutMillis });
      } catch {
        pipeline.exporter.retire();
        push.exporter.abort?.();
        void push.exporter.shutdown();
        push.onExport(new ExportError('timeout', `the last export was not through after ${timeoutMillis} ms`));
      }
    },
  };
}
