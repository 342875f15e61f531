/** A point in time finer than a number of milliseconds since 1970 can hold. */
export interface Instant {
  /** Whole milliseconds since the Unix epoch. */
  readonly ms: number;
  /** Nanoseconds beyond that, 0 to 999,999. */
  readonly ns: number;
}

/** What Docker and the ECS agent write where there is no time: Go's zero time. */
export const NO_TIME = '0001-01-01T00:00:00Z';

export function instantAt(originMs: number, seconds: number): Instant {
  const sinceNs = Math.round(seconds * 1e9);
  const sinceMs = Math.floor(sinceNs / 1e6);
  return { ms: originMs + sinceMs, ns: sinceNs - sinceMs * 1e6 };
}

export function secondsSince(originMs: number, instant: Instant): number {
  return (instant.ms - originMs) / 1e3 + instant.ns / 1e9;
}

/** RFC 3339 with nine digits of a second, as in every `read`, `StartedAt` and so on. */
export function formatInstant(instant: Instant): string {
  return `${new Date(instant.ms).toISOString().slice(0, -1)}${String(instant.ns).padStart(6, '0')}Z`;
}
