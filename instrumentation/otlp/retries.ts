import type { Outcome } from '../metric-exporter.ts';

/** The result of one attempt of an export. */
export interface Attempt extends Outcome {
  readonly isRetryable: boolean;
}

const MAX_RETRIES = 5;
const FIRST_BACKOFF_MS = 1000;
const BACKOFF_FACTOR = 1.5;
const MAX_BACKOFF_MS = 5000;
const JITTER = 0.2;

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE_STATUSES = new Set([429, 502, 503, 504]);

const RETRYABLE_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

export function isRetryableStatus(status: number): boolean {
  return RETRYABLE_STATUSES.has(status);
}

/** True for network errors; errors of TLS or HTTP are configuration errors. */
export function isRetryableError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && RETRYABLE_CODES.has(String(error.code));
}

/**
 * Returns the backoff before a retry, for a receiver that sent no Retry-After.
 *
 * @param retry counted from 0
 * @param random from 0 to 1, for the jitter
 */
export function backoffMs(retry: number, random: number): number {
  const jitter = 1 + JITTER * (2 * random - 1);
  return Math.min(FIRST_BACKOFF_MS * BACKOFF_FACTOR ** retry * jitter, MAX_BACKOFF_MS);
}

/**
 * Repeats an attempt until it succeeds or fails permanently, the retries are exhausted, or the signal aborts.
 *
 * @param attempt returns undefined if the signal aborted before the attempt had an outcome
 * @param timeoutMs no retry begins later than this
 * @returns the outcome of the last attempt that had one; undefined if none had
 */
export async function withRetries(
  attempt: () => Promise<Attempt | undefined>,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Outcome | undefined> {
  const deadlineMs = performance.now() + timeoutMs;
  let last: Outcome | undefined;
  let holdUntilMs = 0;
  for (let retry = 0; !signal.aborted; retry += 1) {
    const ended = await attempt();
    if (ended === undefined) break;
    const { isRetryable, ...outcome } = ended;
    if (!isRetryable || retry === MAX_RETRIES) return outcome;
    // Retry-After: 0 does not request an immediate retry.
    const waitMs = outcome.retryAfterMs || backoffMs(retry, Math.random());
    const nowMs = performance.now();
    if (signal.aborted || nowMs + waitMs >= deadlineMs) return outcome;
    last = outcome;
    holdUntilMs = nowMs + (outcome.retryAfterMs ?? 0);
    await wait(waitMs, signal);
  }
  return last && { ...last, retryAfterMs: Math.max(0, Math.ceil(holdUntilMs - performance.now())) };
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
