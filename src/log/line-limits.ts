import type { WrittenLevel } from './lines.ts';

const WINDOW_MS = 60_000;

/**
 * Maximum lines of one event within a minute: one more than the failures that `Transitions` logs per topic, so that a recovery is
 * not suppressed. Level debug logs each poll, and the shortest interval is a second.
 */
export const MAX_LINES_PER_MINUTE = { debug: 120, info: 6, warn: 6, error: 6 } as const satisfies Record<
  WrittenLevel,
  number
>;

/** Lines about the configuration, which are logged once. */
const MAX_AT_START: ReadonlyMap<string, number> = new Map([
  ['unknown_variable', 20],
  ['pattern_matches_nothing', 20],
]);

interface Logged {
  /** When the lines of the last minute were logged. */
  readonly atMs: number[];
  suppressed: number;
}

/**
 * Limits the lines of each event.
 *
 * @returns a function that returns the number of lines suppressed since the event's previous line, or undefined if this line
 *   is suppressed too
 */
export function createLineLimits(nowMs: () => number): (level: WrittenLevel, event: string) => number | undefined {
  const events = new Map<string, Logged>();
  return (level, event) => {
    const logged = events.get(event) ?? { atMs: [], suppressed: 0 };
    events.set(event, logged);
    const now = nowMs();
    while (logged.atMs[0] !== undefined && now - logged.atMs[0] >= WINDOW_MS) logged.atMs.shift();
    if (logged.atMs.length >= (MAX_AT_START.get(event) ?? MAX_LINES_PER_MINUTE[level])) {
      logged.suppressed += 1;
      return undefined;
    }
    logged.atMs.push(now);
    const { suppressed } = logged;
    logged.suppressed = 0;
    return suppressed;
  };
}
