/** Length of the histories. */
const SPAN_MS = 15 * 60_000;
const MIN_SLOT_MS = 5_000;
/** A timer can fire early, so a new slot may begin slightly before its time. */
const SLOT_TOLERANCE = 0.9;

/** The latest values of many series, in rings of fixed size. */
export interface History {
  /** Adds the values of all series at one time. Missing series are dropped. */
  push(nowMs: number, series: ReadonlyMap<string, readonly (number | undefined)[]>): void;
  /** Age of each slot, oldest first. */
  secondsAgo(nowMs: number): readonly number[];
  /** One list per value of the series, aligned with `secondsAgo`; undefined for an unknown series. */
  of(key: string, nowMs: number): readonly (readonly (number | null)[])[] | undefined;
}

/**
 * Keeps values of the last 15 minutes, at most one per 5 s or per interval. A slot holds the last value within its time.
 * With the default interval, a ring takes 1 kB for four values, at most 3 kB.
 */
export function createHistory(intervalMs: number, valuesPerSlot: number): History {
  const slotMs = Math.max(MIN_SLOT_MS, intervalMs);
  const slots = Math.ceil(SPAN_MS / slotMs) + 1;
  const times = new Float64Array(slots).fill(Number.NaN);
  const rings = new Map<string, Float32Array>();
  let current = 0;
  let slotStartMs = Number.NEGATIVE_INFINITY;

  function beginSlot(nowMs: number): void {
    current = (current + 1) % slots;
    slotStartMs = nowMs;
    for (const ring of rings.values()) ring.fill(Number.NaN, current * valuesPerSlot, (current + 1) * valuesPerSlot);
  }

  /** Slots within the span, the oldest first. */
  function recentSlots(nowMs: number): readonly number[] {
    const order = Array.from({ length: slots }, (_, at) => (current + 1 + at) % slots);
    return order.filter((slot) => nowMs - (times[slot] ?? Number.NaN) <= SPAN_MS);
  }

  return {
    push(nowMs, series) {
      if (nowMs - slotStartMs >= slotMs * SLOT_TOLERANCE) beginSlot(nowMs);
      times[current] = nowMs;
      for (const key of rings.keys()) if (!series.has(key)) rings.delete(key);
      for (const [key, values] of series) {
        const ring = rings.get(key) ?? new Float32Array(slots * valuesPerSlot).fill(Number.NaN);
        rings.set(key, ring);
        for (let at = 0; at < valuesPerSlot; at += 1) ring[current * valuesPerSlot + at] = values[at] ?? Number.NaN;
      }
    },
    secondsAgo: (nowMs) => recentSlots(nowMs).map((slot) => Math.round((nowMs - (times[slot] ?? nowMs)) / 1000)),
    of(key, nowMs) {
      const ring = rings.get(key);
      if (ring === undefined) return undefined;
      const order = recentSlots(nowMs);
      return Array.from({ length: valuesPerSlot }, (_, at) =>
        order.map((slot) => shortest(ring[slot * valuesPerSlot + at])),
      );
    },
  };
}

/** The ring has 7 significant digits. */
function shortest(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : Number(value.toPrecision(7));
}
