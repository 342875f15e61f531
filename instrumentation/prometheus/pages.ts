import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ResourceCollection } from '../collection.ts';
import type { Collector } from '../collector.ts';
import { createPage, type Page } from '../http/page.ts';
import type { MetricSet, ResourceReadings, SampleSource } from '../metric-definition.ts';
import { createPageText } from './page-text.ts';

/** Returns the page of the newest sample, rendered once per sample. Rejects if the collection fails. */
export type Pages = () => Promise<Page>;

/** Creates the Prometheus pages of a source. */
export function createPages(source: SampleSource, collector: Collector, sets: readonly MetricSet[]): Pages {
  const textOf = createPageText(sets);
  let rendered: { readonly sample: readonly ResourceReadings[]; readonly page: Promise<Page> } | undefined;

  async function render(collecting: Promise<readonly ResourceCollection[]>): Promise<Page> {
    const collected = await collecting;
    // Collecting and rendering many series each block the event loop, so other work runs in between.
    await nextTurn();
    return createPage(textOf(collected));
  }

  return () => {
    const sample = source.current();
    if (rendered?.sample !== sample) {
      rendered = { sample, page: render(collector.collect(sets)) };
      // A failed page is not cached: the next scrape renders again.
      rendered.page.catch(() => {
        rendered = undefined;
      });
    }
    return rendered.page;
  };
}
