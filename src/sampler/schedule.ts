import type { EndpointErrorCode } from '../sources/ecs-task/endpoint-error.ts';

/** Initial retry delay before the first success: the sidecar often starts before the endpoint has the task. */
const FIRST_RETRY_MS = 1000;
/** Minimum time that a sample stays current while the endpoint does not renew it (Fargate renews every 10 s). */
const MIN_SAMPLE_LIFETIME_MS = 60_000;
const INTERVALS_TO_LIVE = 3;
/** Maximum delay between polls of an endpoint that throttles or fails. */
const MAX_BACKOFF_MS = 60_000;

export interface PollHistory {
  readonly hasSucceeded: boolean;
  /** Failed polls since the last success. */
  readonly failures: number;
  readonly lastFailure?: EndpointErrorCode | undefined;
}

/**
 * Time from the start of one poll to the start of the next: the interval. Before the first success it is shorter (1 s,
 * doubling up to the interval); while the endpoint throttles or has server errors, it doubles up to a minute.
 */
export function nextPollAfterMs(intervalMs: number, { hasSucceeded, failures, lastFailure }: PollHistory): number {
  if (failures === 0) return intervalMs;
  const doubling = 2 ** Math.min(failures - 1, 10);
  if (lastFailure === 'throttled' || (hasSucceeded && lastFailure === 'server_error')) {
    return Math.max(intervalMs, Math.min(intervalMs * doubling, MAX_BACKOFF_MS));
  }
  return hasSucceeded ? intervalMs : Math.min(intervalMs, FIRST_RETRY_MS * doubling);
}

/** Time that the values of one poll stay current while the next polls fail. */
export function keepForMs(intervalMs: number): number {
  return INTERVALS_TO_LIVE * intervalMs;
}

/** The same for one view. A view without stats stays until the next poll, which backoff can delay. */
export function viewLifetimeMs(intervalMs: number, history: PollHistory, hasStats: boolean): number {
  const keepMs = keepForMs(intervalMs);
  return hasStats ? keepMs : Math.max(keepMs, nextPollAfterMs(intervalMs, history) + intervalMs);
}

/** Time that a sample stays current while polls return the same one. */
export function staleAfterMs(intervalMs: number): number {
  return Math.max(keepForMs(intervalMs), MIN_SAMPLE_LIFETIME_MS);
}
