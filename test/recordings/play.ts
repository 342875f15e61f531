import { startExporter } from '../../src/exporter.ts';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { metricsOf, testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { scrape } from '../helpers/scrape.ts';
import type { Recording } from './recording.ts';

/** The page after each poll over real HTTP, with both vocabularies, so that they are of the same sample. */
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
      // The first poll joins the one at the start, which is still in progress.
      await exporter.poll();
      pages.push(await scrape(exporter));
    }
    return pages;
  } finally {
    await exporter.shutdown();
    await endpoint.close();
  }
}
