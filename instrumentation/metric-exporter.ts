import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ExportError } from './export-error.ts';

/** How an export ended. */
export interface Outcome {
  /** Why it failed; absent if the receiver took it. */
  readonly error?: ExportError | undefined;
  /** What the receiver did not take of an export that it took; absent where it does not say. */
  readonly partial?: PartialSuccess | undefined;
  /** For how long the receiver wants no more requests (Retry-After), in milliseconds. @default 0 */
  readonly retryAfterMs?: number | undefined;
}

/** What the receiver did not take of an export that it took. */
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
   * Sends all of them once, with the retries that its protocol asks for. Never rejects, and settles as soon as `signal` is
   * aborted, whose reason is an ExportError: with the reason of the last try that failed, else with that of the signal. Calls
   * do not overlap.
   *
   * @param metrics one entry for each resource; not empty
   */
  export(metrics: readonly ResourceMetrics[], signal: AbortSignal): Promise<Outcome>;
  /** Closes its connections. Nothing is under way, and nothing follows. */
  close(): Promise<void>;
}
