import { createPage, type Page } from '../http/page.ts';
import type { Readings } from '../metric-definition.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from '../pipeline.ts';
import { CollectingReader } from '../readers/collecting-reader.ts';
import { createPageText } from './page-text.ts';

const COMPONENT_TYPE = 'prometheus_http_text_metric_exporter';

export interface PullPipeline {
  /** The page of the newest sample: rendered once a sample, and once for all who ask meanwhile. */
  page(): Promise<Page>;
  shutdown(): Promise<void>;
}

/** Prometheus' text page out of a pipeline of its own. */
export function createPullPipeline(options: PipelineOptions): PullPipeline {
  const textOf = createPageText();
  const begin = (): Pipeline<CollectingReader> =>
    createPipeline(options, (finish) => new CollectingReader(COMPONENT_TYPE, finish));
  let pipeline = begin();
  let rendered: { readonly readings: Readings; readonly page: Promise<Page> } | undefined;

  async function render(): Promise<Page> {
    if (pipeline.isCrowded()) {
      const crowded = pipeline;
      pipeline = begin();
      crowded.unregister();
      await crowded.provider.shutdown();
    }
    const { resourceMetrics, errors } = await pipeline.reader.collect();
    if (errors.length > 0) throw new AggregateError(errors, 'metrics could not be collected');
    return createPage(textOf(resourceMetrics));
  }

  return {
    page() {
      const readings = options.source.current();
      if (rendered?.readings !== readings) {
        const page = render();
        const entry = { readings, page };
        rendered = entry;
        // A page that failed is not kept: the next scrape tries again.
        page.catch(() => {
          if (rendered === entry) rendered = undefined;
        });
      }
      return rendered.page;
    },
    shutdown: () => pipeline.provider.shutdown(),
  };
}
