import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ExportError } from './export-error.ts';

/** How an export ended. */
export interface Outcome {
  /** Why it failed; absent if the receiver took it. */
  readonly error?: ExportError | undefined;
  /** Points that the receiver rejected from an export that it accepted; absent if it reports none. */
  readonly partial?: PartialSuccess | undefined;
  /** For how long the receiver wants no more requests (Retry-After), in milliseconds. @default 0 */
  readonly retryAfterMs?: number | undefined;
}

/** What the receiver reports of an export that it accepted. */
export interface PartialSuccess {
  readonly rejectedPoints: number;
  /** The receiver's words: bounded, without the secrets of the request. Not empty with 0 points: it is a warning. */
  readonly message: string;
}

/** Sends collections to a receiver. It has no timer: the export loop says when, and for how long. */
export interface MetricExporter {
  /** Of counters: totals since they began, or what they grew by since the last export that the receiver took. */
  readonly temporality: 'cumulative' | 'delta';
  /**
   * Sends all of them in one export, with the retries that its protocol asks for. Never rejects. On abort it resolves at once,
   * with the error of the last attempt that failed, or with `signal.reason` (an ExportError) if there is none. Calls do not
   * overlap.
   *
   * @param metrics one entry for each resource; not empty
   */
  export(metrics: readonly ResourceMetrics[], signal: AbortSignal): Promise<Outcome>;
  /** Closes its connections. Nothing is under way, and nothing follows. */
  close(): Promise<void>;
}
