import { ExportError } from '../export-error.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from '../pipeline.ts';
import { CollectingReader } from './collecting-reader.ts';
import { type ExportObserver, type GatedExporter, gateExporter, lastExportMs, type Sender } from './gated-exporter.ts';

export interface SampledOptions {
  readonly exporter: Sender;
  readonly timeoutMs: number;
  readonly onExport: ExportObserver;
}

/** Sends each sample once, when it is there: a timer beside the sampler's would send what is up to an interval old. */
export interface SampledPipeline {
  /** Sends the newest sample, unless one is being sent. Never rejects. */
  send(): Promise<void>;
  /** Waits for what is being sent, sends the newest sample if that is another, and closes. Never rejects. */
  shutdown(timeoutMs: number): Promise<void>;
}

export function createSampledPipeline(options: PipelineOptions, sampled: SampledOptions): SampledPipeline {
  let current = begin();
  let sending: Promise<void> | undefined;
  /** A sample came while another was being sent. */
  let isBehind = false;

  function begin(): { readonly exporter: GatedExporter; readonly pipeline: Pipeline<CollectingReader> } {
    const exporter = gateExporter(sampled.exporter, sampled.timeoutMs, sampled.onExport);
    const pipeline = createPipeline(options, (finish) => new CollectingReader('sampled_metric_reader', finish));
    return { exporter, pipeline };
  }

  async function sendOnce(): Promise<void> {
    if (current.pipeline.isCrowded()) {
      const crowded = current.pipeline;
      current = begin();
      crowded.unregister();
      await crowded.provider.shutdown();
    }
    const { exporter, pipeline } = current;
    const { resourceMetrics } = await pipeline.reader.collect();
    if (resourceMetrics.scopeMetrics.length === 0) return;
    await new Promise<void>((resolve) => exporter.export(resourceMetrics, () => resolve()));
  }

  function send(): Promise<void> {
    isBehind = sending !== undefined;
    sending ??= sendOnce()
      .catch((cause) => sampled.onExport(new ExportError('other', `cannot collect: ${String(cause)}`)))
      .finally(() => {
        sending = undefined;
      });
    return sending;
  }

  return {
    send,
    async shutdown(timeoutMs) {
      current.exporter.hurry(lastExportMs(timeoutMs));
      await sending;
      if (isBehind) await send();
      await Promise.allSettled([current.exporter.shutdown(), current.pipeline.provider.shutdown()]);
    },
  };
}
