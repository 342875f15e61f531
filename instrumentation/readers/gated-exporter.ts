import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ExportError } from '../export-error.ts';
import { SDK_TEMPORALITY } from '../finish.ts';
import { exportErrorOf, timedOut } from '../otlp/export-failure.ts';

/** An exporter of the SDK's kind that can be hurried. */
export interface Sender extends PushMetricExporter {
  /** Cuts off what is under way, and says why its last try failed, if it did. */
  abort?(): ExportError | undefined;
  /** Forgets what the receiver asked to wait for: the program ends. */
  hurry?(): void;
}

/** How an export ended; `error` when it failed. */
export type ExportObserver = (error: ExportError | undefined) => void;

/** An exporter that tells how its exports end, and that can be taken from one reader and given to another. */
export interface GatedExporter extends PushMetricExporter {
  /** From now on nothing of this reader is sent or told, and its shutdown does not reach the exporter behind. */
  retire(): void;
  /** The program ends: the next export is the last one, and has this long; one that is under way has a second left. */
  hurry(timeoutMs: number): void;
}

/** What is under way may still get through; what follows it is newer and worth more. */
const LAST_SECOND_MS = 1000;

/** What a shutdown of so many milliseconds leaves for the last export, beside one that is under way. */
export function lastExportMs(shutdownMs: number): number {
  return Math.max(shutdownMs - LAST_SECOND_MS, shutdownMs / 2);
}

/** A receiver that did not take the export before is not worth the time of its usual retries. */
const FAILING_MS = 2000;

/**
 * @param timeoutMs how long an export may take before it is cut off and counts as failed. The reader has a timeout of its
 *   own, but only logs what it meets: nobody would learn that the export failed, and so not that a later one works again.
 */
export function gateExporter(exporter: Sender, timeoutMs: number, observe: ExportObserver): GatedExporter {
  let isRetired = false;
  let isFailing = false;
  /** Of the last export, once that is next. */
  let lastTimeoutMs: number | undefined;
  /** The export that has not ended. */
  let underWay: { expireIn(ms: number): void; giveUp(): void } | undefined;

  return {
    export(metrics: ResourceMetrics, done: (result: ExportResult) => void) {
      // The reader has given it up: its own timeout may come first where the process was stopped for a while.
      underWay?.giveUp();
      if (isRetired) {
        done({ code: ExportResultCode.SUCCESS });
        return;
      }
      let deadline: NodeJS.Timeout | undefined;
      let hasEnded = false;
      const end = (error: ExportError | undefined): void => {
        if (hasEnded) return;
        hasEnded = true;
        underWay = undefined;
        clearTimeout(deadline);
        isFailing = error !== undefined;
        if (!isRetired) observe(error);
        // The reader would hand a failure to the SDK's global error handler, which prints a stack for each one.
        done({ code: ExportResultCode.SUCCESS });
      };
      const startedMs = performance.now();
      let timeLeftMs = timeoutMs;
      const giveUp = (): void => {
        end(exporter.abort?.() ?? timedOut(timeLeftMs));
      };
      const expireIn = (ms: number): void => {
        const passedMs = performance.now() - startedMs;
        timeLeftMs = Math.min(timeLeftMs, passedMs + ms);
        clearTimeout(deadline);
        deadline = setTimeout(giveUp, Math.max(0, timeLeftMs - passedMs)).unref();
      };
      underWay = { expireIn, giveUp };
      if (lastTimeoutMs === undefined) expireIn(timeoutMs);
      else expireIn(isFailing ? Math.min(FAILING_MS, lastTimeoutMs) : lastTimeoutMs);
      try {
        exporter.export(metrics, ({ code, error }) => {
          end(code === ExportResultCode.SUCCESS ? undefined : exportErrorOf(error));
        });
      } catch (error) {
        end(exportErrorOf(error));
      }
    },
    forceFlush: () => (isRetired ? Promise.resolve() : exporter.forceFlush()),
    shutdown: () => (isRetired ? Promise.resolve() : exporter.shutdown()),
    ...(exporter.selectAggregation && { selectAggregation: exporter.selectAggregation.bind(exporter) }),
    // What the exporter wants is made in the finishing pass.
    selectAggregationTemporality: () => SDK_TEMPORALITY,
    retire() {
      isRetired = true;
    },
    hurry(forMs) {
      lastTimeoutMs = forMs;
      exporter.hurry?.();
      underWay?.expireIn(LAST_SECOND_MS);
    },
  };
}
