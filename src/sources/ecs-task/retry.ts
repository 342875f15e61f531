const MIN_JITTER_MS = 50;
const MAX_JITTER_MS = 250;

/**
 * How long to wait before the one retry, or undefined where it cannot fit any more.
 *
 * @param wantedMs what the server asked for (Retry-After), 0 for nothing
 * @param remainingMs what is left of the deadline
 * @param random a number in [0, 1): all exporters of a fleet that met one agent restart should not come back at once
 */
export function retryDelayMs(wantedMs: number, remainingMs: number, random: number): number | undefined {
  const jitterMs = MIN_JITTER_MS + random * (MAX_JITTER_MS - MIN_JITTER_MS);
  const delayMs = Math.max(jitterMs, wantedMs);
  return delayMs < remainingMs ? delayMs : undefined;
}

/**
 * A Retry-After header in milliseconds from `nowMs` (Unix): seconds or an HTTP date (RFC 9110, 10.2.3). Absent, junk,
 * negative and past are all 0.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) {
    return 0;
  }
  if (/^\d+$/.test(header)) {
    return Number(header) * 1000;
  }
  // Date.parse takes much for a date (`-1` is one in 2001), so ask for the weekday of an HTTP date first.
  const dateMs = /^[A-Z][a-z]+, /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(dateMs) ? 0 : Math.max(0, dateMs - nowMs);
}
