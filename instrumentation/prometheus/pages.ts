import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ResourceCollection } from '../collection.ts';
import type { Collector } from '../collector.ts';
import { createPage, type Page, type PageOptions } from '../http/page.ts';
import type { ResourceReadings, SampleSource } from '../metric-definition.ts';
import { createPageText, type PageText } from './page-text.ts';
import { createSeriesText, type SeriesText, type SeriesTextOptions } from './series-text.ts';

/**
 * Returns the page of the newest sample, rendered once per sample and format. Rejects if the collection fails.
 *
 * @param accept the Accept header of the request
 */
export type Pages = (accept?: string) => Promise<Page>;

/** A format besides the text format, which every client gets by default. */
export interface PageFormat {
  readonly contentType: string;
  readonly isAcceptedBy: (accept: string | undefined) => boolean;
  readonly createText: (series: SeriesText) => PageText;
}

export interface PagesOptions extends SeriesTextOptions {
  readonly source: SampleSource;
  readonly collector: Collector;
  /** @default none: the Accept header is ignored */
  readonly alternative?: PageFormat | undefined;
}

interface Renderer extends PageOptions {
  readonly textOf: PageText;
}

interface Rendered {
  readonly sample: readonly ResourceReadings[];
  readonly collected: Promise<readonly ResourceCollection[]>;
  readonly pages: Map<Renderer, Promise<Page>>;
}

/** Creates the Prometheus pages of a source. */
export function createPages(options: PagesOptions): Pages {
  const { source, collector, sets, alternative } = options;
  const series = createSeriesText(options);
  const vary = alternative === undefined ? undefined : 'accept, accept-encoding';
  const plain: Renderer = { textOf: createPageText(series), vary };
  const other: Renderer | undefined = alternative && {
    textOf: alternative.createText(series),
    contentType: alternative.contentType,
    vary,
  };
  let rendered: Rendered | undefined;

  async function render(collecting: Rendered['collected'], { textOf, ...page }: Renderer): Promise<Page> {
    const collected = await collecting;
    // Collecting and rendering many series both block the event loop; other work can run in between.
    await nextTurn();
    return createPage(textOf(collected), page);
  }

  return (accept) => {
    const sample = source.current();
    if (rendered?.sample !== sample) rendered = { sample, collected: collector.collect(sets), pages: new Map() };
    const current = rendered;
    const renderer = other !== undefined && alternative?.isAcceptedBy(accept) === true ? other : plain;
    let page = current.pages.get(renderer);
    if (page === undefined) {
      page = render(current.collected, renderer);
      current.pages.set(renderer, page);
      // A failed page is not cached: the next scrape renders again.
      page.catch(() => {
        if (rendered === current) rendered = undefined;
      });
    }
    return page;
  };
}
