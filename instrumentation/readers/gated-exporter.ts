import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** How an export ended; `error` when it failed. Its message is never empty. */
export type ExportObserver = (error: Error | undefined) => void;

/** An exporter that tells how its exports end, and that can be taken from one reader and given to another. */
export interface GatedExporter extends PushMetricExporter {
  /** From now on nothing of this reader is sent or told, and its shutdown does not reach the exporter behind. */
  retire(): void;
}

/**
 * @param timeoutMs how long an export may take before it counts as failed. The reader has a timeout of its own, but only
 *   logs what it meets: nobody would learn that the export failed, and so not that a later one works again.
 */
export function gateExporter(exporter: PushMetricExporter, timeoutMs: number, observe: ExportObserver): GatedExporter {
  let isRetired = false;
  return {
    export(metrics: ResourceMetrics, done: (result: ExportResult) => void) {
      if (isRetired) {
        done({ code: ExportResultCode.SUCCESS });
        return;
      }
      let hasEnded = false;
      const end = (error: Error | undefined): void => {
        if (hasEnded) return;
        hasEnded = true;
        clearTimeout(deadline);
        if (!isRetired) observe(error);
        // The reader would hand a failure to the SDK's global error handler, which prints a stack for each one.
        done({ code: ExportResultCode.SUCCESS });
      };
      const deadline = setTimeout(() => end(new Error(`timed out after ${timeoutMs} ms`)), timeoutMs).unref();
      exporter.export(metrics, (result) => {
        end(result.code === ExportResultCode.FAILED ? failureOf(result.error) : undefined);
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

/** Where a name has several addresses, Node's error for none of them answering has a code and no message. */
function failureOf(error: Error | undefined): Error {
  if (error === undefined) return new Error('the export failed');
  const code = 'code' in error ? error.code : undefined;
  // The SDK's message for an HTTP status is its reason phrase alone.
  if (typeof code === 'number') return new Error(`HTTP ${code} ${error.message}`.trimEnd(), { cause: error });
  if (error.message !== '') return error;
  return new Error(typeof code === 'string' ? code : error.name, { cause: error });
}
