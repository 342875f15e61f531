import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** How an export ended; `error` when it failed. */
export type ExportObserver = (error: Error | undefined) => void;

/** An exporter that tells how its exports end, and that can be taken from one reader and given to another. */
export interface GatedExporter extends PushMetricExporter {
  /** From now on nothing of this reader is sent, and its shutdown does not reach the exporter behind. */
  retire(): void;
}

export function gateExporter(exporter: PushMetricExporter, observe: ExportObserver): GatedExporter {
  let isRetired = false;
  return {
    export(metrics: ResourceMetrics, done: (result: ExportResult) => void) {
      if (isRetired) {
        done({ code: ExportResultCode.SUCCESS });
        return;
      }
      exporter.export(metrics, (result) => {
        const failed = result.code === ExportResultCode.FAILED;
        observe(failed ? (result.error ?? new Error('the export failed')) : undefined);
        // The reader would hand a failure to the SDK's global error handler, which prints a stack for each one.
        done({ code: ExportResultCode.SUCCESS });
      });
    },
    forceFlush: () => (isRetired ? Promise.resolve() : exporter.forceFlush()),
    shutdown: () => (isRetired ? Promise.resolve() : exporter.shutdown()),
    ...(exporter.selectAggregation && { selectAggregation: exporter.selectAggregation.bind(exporter) }),
    ...(exporter.selectAggregationTemporality && {
      selectAggregationTemporality: exporter.selectAggregationTemporality.bind(exporter),
    }),
    retire() {
      isRetired = true;
    },
  };
}
