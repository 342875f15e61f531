import { startExporter } from '../../src/exporter.ts';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { metricsOf, testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { scrape } from '../helpers/scrape.ts';
import type { Recording } from './recording.ts';

/** The page after each poll, in both vocabularies at once, so that both are of the same sample; all over real HTTP. */
export async function pagesOf(
  { polls }: Pick<Recording, 'polls'>,
  metrics: readonly string[] = ['all'],
): Promise<readonly string[]> {
  const endpoint = await startFaultEndpoint();
  const vocabularies = { prometheus: VOCABULARIES, otlp: [], console: [], statsd: [] };
  endpoint.task = polls[0]?.task;
  endpoint.stats = polls[0]?.stats;
  const exporter = await startExporter(
    testConfig(endpoint.url, { vocabularies, metrics: metricsOf(...metrics) }),
    recordingLogger(),
  );
  const pages: string[] = [];
  try {
    for (const { task, stats } of polls) {
      endpoint.task = task;
      endpoint.stats = stats;
      // The first one joins the poll of the start, which is still under way.
      await exporter.poll();
      pages.push(await scrape(exporter));
    }
    return pages;
  } finally {
    await exporter.shutdown();
    await endpoint.close();
  }
}
