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
