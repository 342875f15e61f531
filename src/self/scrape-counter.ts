/** Responses of the Prometheus exporter. */
export interface ScrapeCounts {
  readonly count: number;
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly lastSuccessMs?: number | undefined;
}

export interface ScrapeCounter {
  /** Counts the calls of `scrape`. */
  counted<Argument, Result>(scrape: (argument: Argument) => Promise<Result>): (argument: Argument) => Promise<Result>;
  counts(): ScrapeCounts;
}

export function createScrapeCounter(wallMs: () => number = () => Date.now()): ScrapeCounter {
  let counts: ScrapeCounts = { count: 0, failures: 0 };
  return {
    counted: (scrape) => async (argument) => {
      try {
        const result = await scrape(argument);
        counts = { ...counts, count: counts.count + 1, lastSuccessMs: wallMs() };
        return result;
      } catch (error) {
        counts = { ...counts, count: counts.count + 1, failures: counts.failures + 1 };
        throw error;
      }
    },
    counts: () => counts,
  };
}
