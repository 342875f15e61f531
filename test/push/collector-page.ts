import type { TestContext } from 'node:test';
import { startCollector } from '../real/collector.ts';

/** The Prometheus page of a Collector that receives OTLP. */
export interface CollectorPage {
  /** The OTLP endpoint. */
  readonly url: string;
  page(): Promise<string>;
}

/** Starts the Collector; ends with the test. */
export async function startCollectorPage(t: TestContext): Promise<CollectorPage> {
  const collector = await startCollector({
    config: ({ otlpPort, prometheusPort }) => ({
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${otlpPort}` } } } },
      exporters: { prometheus: { endpoint: `127.0.0.1:${prometheusPort}` } },
      service: { pipelines: { metrics: { receivers: ['otlp'], exporters: ['prometheus'] } } },
    }),
  });
  t.after(() => collector.stop());
  const address = `http://127.0.0.1:${collector.places.prometheusPort}/metrics`;
  return { url: collector.otlpUrl, page: async () => (await fetch(address)).text() };
}
