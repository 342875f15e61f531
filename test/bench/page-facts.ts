import { createScraper } from './scraper.ts';
import { short } from './statistics.ts';
import type { Row } from './table.ts';

export interface PageFacts {
  readonly bytes: number;
  readonly rows: readonly Row[];
}

/** How large a page is. */
export async function readPageFacts(port: number): Promise<PageFacts> {
  const bodies: Buffer[] = [];
  for (const coding of ['identity', 'gzip'] as const) {
    const scraper = createScraper(port, coding);
    bodies.push((await scraper.scrape()).body);
    scraper.close();
  }
  const [plain = Buffer.alloc(0), compressed = Buffer.alloc(0)] = bodies;
  const series = plain
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')).length;
  const size = `${short(plain.length / 1_000)} / ${short(compressed.length / 1_000)}`;
  return {
    bytes: plain.length,
    rows: [
      { label: 'series', value: String(series) },
      { label: 'page, plain / gzip kB', value: size },
    ],
  };
}
