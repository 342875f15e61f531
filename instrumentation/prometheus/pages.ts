import type { ResourceCollection } from '../collection.ts';
import type { Collector } from '../collector.ts';
import { createPage, type Page } from '../http/page.ts';
import type { MetricSet, ResourceReadings, SampleSource } from '../metric-definition.ts';
import type { ResourceFilter } from '../resource.ts';
import { createPageText } from './page-text.ts';

/** Returns the page of the newest sample, rendered once per sample. Rejects if the collection fails. */
export type Pages = () => Promise<Page>;

/** Creates the Prometheus pages of a source. */
export function createPages(
  source: SampleSource,
  collector: Collector,
  sets: readonly MetricSet[],
  filter?: ResourceFilter,
): Pages {
  const textOf = createPageText(sets, filter);
  let rendered: { readonly sample: readonly ResourceReadings[]; readonly page: Promise<Page> } | undefined;

  async function render(collecting: Promise<readonly ResourceCollection[]>): Promise<Page> {
    return createPage(textOf(await collecting));
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
