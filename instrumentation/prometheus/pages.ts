import type { ResourceCollection } from '../collection.ts';
import type { Collector } from '../collector.ts';
import { createPage, type Page } from '../http/page.ts';
import type { MetricSet, ResourceReadings, SampleSource } from '../metric-definition.ts';
import { createPageText } from './page-text.ts';

/** The page of the newest sample, rendered once and shared by concurrent scrapes. Rejects when the collection failed. */
export type Pages = () => Promise<Page>;

/** Prometheus' text page of a source. */
export function createPages(source: SampleSource, collector: Collector, sets: readonly MetricSet[]): Pages {
  const textOf = createPageText(sets);
  let rendered: { readonly sample: readonly ResourceReadings[]; readonly page: Promise<Page> } | undefined;

  async function render(collecting: Promise<readonly ResourceCollection[]>): Promise<Page> {
    return createPage(textOf(await collecting));
  }

  return () => {
    const sample = source.current();
    if (rendered?.sample !== sample) {
      const entry = { sample, page: render(collector.collect(sets)) };
      rendered = entry;
      // A page that failed is not kept: the next scrape tries again.
      entry.page.catch(() => {
        if (rendered === entry) rendered = undefined;
      });
    }
    return rendered.page;
  };
}
