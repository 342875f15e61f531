import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** Sends collections to a receiver. The export loop schedules it. */
export interface MetricExporter {
  /** Delta: counters hold their growth since the last acknowledged export. */
  readonly temporality: 'cumulative' | 'delta';
  /** Maximum number of data points in one call of `export`; a larger export is split. @default unlimited */
  maxPoints?(): number;
  /**
   * Sends metrics in one request, including the retries of its protocol. Never rejects. On abort it resolves at once, with
   * the error of the last failed attempt, or with `signal.reason` (an ExportError) if no attempt has failed. Calls do not
   * overlap.
   *
   * @param metrics one entry per resource; not empty
   */
  export(metrics: readonly ResourceMetrics[], signal: AbortSignal): Promise<Outcome>;
  /** Closes the connections. Called once, after the last export. */
  close(): Promise<void>;
}

/** The result of an export. */
export interface Outcome {
  /** Why the export failed; absent if the receiver accepted it. */
  readonly error?: ExportError | undefined;
  /** Absent if the receiver accepted everything without a warning. */
  readonly partial?: PartialSuccess | undefined;
  /** How long the receiver wants no further requests (Retry-After), in milliseconds. @default 0 */
  readonly retryAfterMs?: number | undefined;
  /** The request was too large for the receiver; `maxPoints` has been reduced. */
  readonly isTooLarge?: boolean | undefined;
}

/** Points that the receiver rejected from an export that it accepted. */
export interface PartialSuccess {
  readonly rejectedPoints: number;
  /** The receiver's text: one bounded line, with secrets redacted. With 0 rejected points it is a warning. */
  readonly message: string;
}

/** Why an export failed. A stable part of the log and the metrics. */
export const EXPORT_FAILURE_REASONS = [
  'unreachable',
  'timeout',
  'reset',
  'tls',
  'throttled',
  'client_error',
  'server_error',
  'redirect',
  'other',
] as const;

export type ExportFailureReason = (typeof EXPORT_FAILURE_REASONS)[number];

/**
 * A failed export. Match on `reason`; the message is one line that names what to check.
 *
 * It has no cause, because transport errors contain response bodies, raw packets or whole certificates. From a response, the
 * message contains only the status: some receivers return the header that they reject.
 */
export class ExportError extends Error {
  override readonly name = 'ExportError';
  readonly reason: ExportFailureReason;

  constructor(reason: ExportFailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The error of an export that exceeded its deadline. */
export function timedOut(timeoutMs: number | undefined): ExportError {
  const after = timeoutMs === undefined ? '' : ` after ${Math.round(timeoutMs)} ms`;
  return new ExportError(
    'timeout',
    `timed out${after}: check the load of the receiver, and for firewalls or security groups that drop packets`,
  );
}
