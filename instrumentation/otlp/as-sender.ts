/** To be deleted at the merge with the export loop: the OTLP exporter as the SDK's readers want it. */
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { AggregationTemporality, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { ExportError } from '../export-error.ts';
import type { PartialSuccess } from '../metric-exporter.ts';
import type { Sender } from '../readers/gated-exporter.ts';
import { timedOut } from './export-failure.ts';
import { createOtlpExporter, type OtlpOptions } from './otlp-exporter.ts';

/** @param onAccepted told of each export that the receiver took, with what it left out. */
export async function createOtlpSender(
  options: OtlpOptions,
  userAgent: string,
  onAccepted: (partial: PartialSuccess) => void,
): Promise<Sender> {
  const exporter = await createOtlpExporter(options, userAgent);
  let heldUntilMs = 0;
  let isHurried = false;
  let underWay: AbortController | undefined;

  async function send(metrics: ResourceMetrics): Promise<ExportError | undefined> {
    const leftMs = heldUntilMs - performance.now();
    if (leftMs > 0 && !isHurried) {
      const text = `the receiver asked for no requests for another ${Math.ceil(leftMs / 1000)} s (Retry-After)`;
      return new ExportError('throttled', text);
    }
    const controller = new AbortController();
    underWay = controller;
    const deadline = setTimeout(() => controller.abort(timedOut(options.timeoutMs)), options.timeoutMs);
    const { error, partial, retryAfterMs = 0 } = await exporter.export([metrics], controller.signal);
    clearTimeout(deadline);
    heldUntilMs = performance.now() + retryAfterMs;
    if (error === undefined) onAccepted(partial ?? { rejectedPoints: 0, message: '' });
    return error;
  }

  return {
    export(metrics, done: (result: ExportResult) => void) {
      void send(metrics).then((error) =>
        done(error === undefined ? { code: ExportResultCode.SUCCESS } : { code: ExportResultCode.FAILED, error }),
      );
    },
    forceFlush: async () => {},
    shutdown: () => exporter.close(),
    selectAggregationTemporality: () =>
      exporter.temporality === 'delta' ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
    hurry() {
      isHurried = true;
    },
    abort() {
      underWay?.abort(timedOut(undefined));
      return undefined;
    },
  };
}
