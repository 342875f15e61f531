import type { Outcome } from '../metric-exporter.ts';

/** How one try of an export ended. */
export interface Try extends Outcome {
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

/** Errors of the network, but not of TLS or HTTP: those are errors of configuration. */
export function isRetryableError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && RETRYABLE_CODES.has(String(error.code));
}

/**
 * The wait before a retry, unless the receiver asks for another one.
 *
 * @param retry counted from 0
 * @param random from 0 to 1, for the jitter
 */
export function backoffMs(retry: number, random: number): number {
  const jitter = 1 + JITTER * (2 * random - 1);
  return Math.min(FIRST_BACKOFF_MS * BACKOFF_FACTOR ** retry * jitter, MAX_BACKOFF_MS);
}

/**
 * Tries until an attempt succeeds or fails for good, the retries are used up, or the signal is aborted.
 *
 * @param attempt undefined if the signal was aborted before the attempt had an outcome
 * @param timeoutMs no retry begins later than this
 * @returns the outcome of the last attempt that had one; undefined if none had
 */
export async function withRetries(
  attempt: () => Promise<Try | undefined>,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Outcome | undefined> {
  const deadlineMs = performance.now() + timeoutMs;
  let last: Outcome | undefined;
  let untilMs = 0;
  for (let retry = 0; !signal.aborted; retry += 1) {
    const ended = await attempt();
    if (ended === undefined) break;
    const { isRetryable, ...outcome } = ended;
    if (!isRetryable || retry === MAX_RETRIES) return outcome;
    // A wait of 0 is not a request to retry at once.
    const waitMs = outcome.retryAfterMs || backoffMs(retry, Math.random());
    const nowMs = performance.now();
    if (signal.aborted || nowMs + waitMs >= deadlineMs) return outcome;
    last = outcome;
    untilMs = nowMs + (outcome.retryAfterMs ?? 0);
    await wait(waitMs, signal);
  }
  return last && { ...last, retryAfterMs: Math.max(0, Math.ceil(untilMs - performance.now())) };
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
