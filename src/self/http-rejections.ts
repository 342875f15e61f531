import type { Transitions } from '../log/transitions.ts';
import { increment } from './export-counters.ts';
import type { ByReason } from './self-scope.ts';

/** Counts and logs the clients that the HTTP server rejected. */
export interface HttpRejections {
  /** Every reason from the start, so that a first rejection is an increase. */
  readonly counts: ByReason;
  /** @param detail the cause, from a small set */
  reject(reason: string, detail?: string): void;
  /** Call after each poll: an outbreak is over when a whole interval passes without a rejection. */
  polled(): void;
}

const CAUSES: Readonly<Record<string, string>> = {
  tls: 'TLS handshake failed',
  login: 'wrong user name or password',
};

export function createHttpRejections(reasons: readonly string[], transitions: Transitions): HttpRejections {
  const counts = new Map(reasons.map((reason) => [reason, 0]));
  let hasRejected = false;

  return {
    counts,
    reject(reason, detail) {
      increment(counts, reason);
      if (hasRejected) return;
      hasRejected = true;
      const cause = CAUSES[reason] ?? 'limit reached';
      transitions.failing('http_clients', 'limit', `rejecting HTTP clients: ${cause} (${detail ?? reason})`, {
        limit: reason,
      });
    },
    polled() {
      if (!hasRejected) transitions.ok('http_clients');
      hasRejected = false;
    },
  };
}
