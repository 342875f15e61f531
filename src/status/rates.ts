/** In awsvpc tasks the agent reads network counters every 10 s, so shorter windows alternate between 0 and a multiple. */
const WINDOW_SECONDS = 30;
/** Bounds the number of readings that are kept at short intervals. */
const MIN_SPACING_SECONDS = 5;

/** The rows that have rates. */
export const RATED = ['network_rx_bytes', 'network_tx_bytes', 'disk_read_bytes', 'disk_written_bytes'] as const;
export type RatedRow = (typeof RATED)[number];

/** Counters at the time of a sample. */
export interface CounterReading {
  /** Since the epoch. */
  readonly timeSeconds: number;
  /** Changes if the counters are reset or count something else, such as another network interface. */
  readonly series: string;
  readonly counters: Readonly<Partial<Record<RatedRow, number | undefined>>>;
}

/** Per second. */
export type Rates = Readonly<Partial<Record<RatedRow, number>>>;

/** Rates of counters over the last 30 s, or since the first reading. */
export interface RateMeter {
  /** Adds the latest reading of a key. Without an earlier one of the same series, there are no rates. */
  rates(key: string, reading: CounterReading | undefined): Rates;
  /** Drops all other keys. */
  keepOnly(keys: ReadonlySet<string>): void;
}

/** @param maxGapSeconds after a longer time without a reading, the next one is a first one */
export function createRateMeter(maxGapSeconds: number): RateMeter {
  /** The oldest first. */
  const earlier = new Map<string, CounterReading[]>();

  function isContinued(last: CounterReading, next: CounterReading): boolean {
    const isDecrease = (name: RatedRow) => (next.counters[name] ?? 0) < (last.counters[name] ?? 0);
    const gapSeconds = next.timeSeconds - last.timeSeconds;
    const isClose = gapSeconds >= 0 && gapSeconds <= maxGapSeconds;
    return isClose && last.series === next.series && !RATED.some(isDecrease);
  }

  function ratesBetween(from: CounterReading, to: CounterReading): Rates {
    const seconds = to.timeSeconds - from.timeSeconds;
    const rates: Partial<Record<RatedRow, number>> = {};
    if (seconds <= 0) return rates;
    for (const name of RATED) {
      const before = from.counters[name];
      const after = to.counters[name];
      if (before !== undefined && after !== undefined) rates[name] = (after - before) / seconds;
    }
    return rates;
  }

  return {
    rates(key, reading) {
      if (reading === undefined) {
        earlier.delete(key);
        return {};
      }
      const known = earlier.get(key) ?? [];
      const last = known.at(-1);
      const kept = last !== undefined && isContinued(last, reading) ? known : [];
      while (kept[1] !== undefined && reading.timeSeconds - kept[1].timeSeconds >= WINDOW_SECONDS) kept.shift();
      const [first] = kept;
      const newest = kept.at(-1);
      if (newest === undefined || reading.timeSeconds - newest.timeSeconds >= MIN_SPACING_SECONDS) kept.push(reading);
      earlier.set(key, kept);
      return first === undefined ? {} : ratesBetween(first, reading);
    },
    keepOnly(keys) {
      for (const key of earlier.keys()) if (!keys.has(key)) earlier.delete(key);
    },
  };
}
