import type { EndpointErrorCode } from '../sources/ecs-task/endpoint-error.ts';

/** First wait after a failure before the first success: the sidecar often starts before the endpoint knows the task. */
const FIRST_RETRY_MS = 1000;
/** Longest wait between polls of an endpoint that asks for less. */
const MAX_BACKOFF_MS = 60_000;

export interface PollHistory {
  readonly hasSucceeded: boolean;
  /** Failures since the last success. */
  readonly failures: number;
  readonly lastFailure?: EndpointErrorCode | undefined;
}

/**
 * How long after the start of one poll the next one begins.
 *
 * Normally the interval. Before the first success sooner (1 s, doubling up to the interval); while the endpoint throttles
 * or fails on its side later (doubling up to a minute), since more requests are what it cannot bear.
 */
export function nextPollAfterMs(intervalMs: number, { hasSucceeded, failures, lastFailure }: PollHistory): number {
  if (failures === 0) return intervalMs;
  const doubling = 2 ** Math.min(failures - 1, 10);
  if (lastFailure === 'throttled' || (hasSucceeded && lastFailure === 'server_error')) {
    return Math.max(intervalMs, Math.min(intervalMs * doubling, MAX_BACKOFF_MS));
  }
  return hasSucceeded ? intervalMs : Math.min(intervalMs, FIRST_RETRY_MS * doubling);
}
