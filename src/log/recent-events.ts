const MAX_EVENTS = 50;
const MAX_LENGTH = 32 * 1024;

/** A log line as an object: time, level, event, message and fields, sanitized and shortened. */
export type LoggedEvent = Readonly<Record<string, unknown>>;

/** The last events of the log, for the status page. */
export interface RecentEvents {
  /** @param length of its line */
  add(event: LoggedEvent, length: number): void;
  /** The oldest first; a new list after each addition. */
  list(): readonly LoggedEvent[];
}

/** Keeps at most 50 events, with lines of at most 32 KiB. */
export function createRecentEvents(): RecentEvents {
  let entries: readonly { readonly event: LoggedEvent; readonly length: number }[] = [];
  let events: readonly LoggedEvent[] = [];

  return {
    add(event, length) {
      let kept = [...entries, { event, length }].slice(-MAX_EVENTS);
      while (kept.length > 1 && kept.reduce((sum, entry) => sum + entry.length, 0) > MAX_LENGTH) kept = kept.slice(1);
      entries = kept;
      events = kept.map((entry) => entry.event);
    },
    list: () => events,
  };
}
