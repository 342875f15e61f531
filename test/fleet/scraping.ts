/** Scrapes a page at an interval, as Prometheus does. */
export interface Scraping {
  /** The last page. */
  readonly page: string;
  readonly durationsMs: readonly number[];
  /** Waits for the running scrape. */
  stop(): Promise<void>;
}

export function startScraping(url: string, everyMs: number): Scraping {
  const durationsMs: number[] = [];
  let page = '';
  let scrape = Promise.resolve();
  const timer = setInterval(() => {
    scrape = scrape.then(async () => {
      const startedMs = performance.now();
      page = await (await fetch(url)).text();
      durationsMs.push(performance.now() - startedMs);
    });
  }, everyMs);
  return {
    get page() {
      return page;
    },
    durationsMs,
    stop: () => {
      clearInterval(timer);
      return scrape;
    },
  };
}
