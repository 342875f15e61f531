/** The demo, scraped by or pushing to a real Prometheus that evaluates the rules. */
import type { TestContext } from 'node:test';
import { parse } from 'yaml';
import type { VocabularyName } from '../../src/metrics/vocabulary.ts';
import { cleanUpAfter } from '../examples/clean-up.ts';
import { pathOf, textOf } from '../examples/example-files.ts';
import { startExporterProcess } from '../real/exporter-process.ts';
import { startPrometheus3 } from '../real/prometheus-3.ts';
import { type PrometheusServer, scraping } from '../real/prometheus-server.ts';

export const TRANSPORTS = ['pull', 'OTLP'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** The job of docs/scraping.md, and of pushed metrics. */
const JOB = 'ecs-container-exporter';

export async function startMonitoring(
  t: TestContext,
  vocabulary: VocabularyName,
  transport: Transport,
): Promise<PrometheusServer> {
  const cleanUp = cleanUpAfter(t);
  const rules = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [pathOf(`monitoring/rules/${vocabulary}.yml`)],
  };
  const names = ['--metric-names', vocabulary];
  if (transport === 'OTLP') {
    const configuration: unknown = parse(textOf('examples/gateway/prometheus-otlp.yml'));
    const prometheus = await startPrometheus3({ ...Object(configuration), ...rules });
    cleanUp.later(prometheus.stop);
    const push = [
      '--exporters',
      'otlp',
      '--otlp-endpoint',
      prometheus.otlpUrl.replace('/v1/metrics', ''),
      '--export-interval',
      '1',
    ];
    const exporter = await startExporterProcess('demo', [...names, ...push]);
    cleanUp.later(exporter.stop);
    return prometheus;
  }
  // The dashboards work with and without these labels. Over OTLP, they are always present.
  const labels = vocabulary === 'semconv' ? ['--prometheus-resource-labels', 'aws.ecs.*'] : [];
  const exporter = await startExporterProcess('demo', [...names, ...labels]);
  cleanUp.later(exporter.stop);
  const prometheus = await startPrometheus3({ ...Object(scraping(new Map([[JOB, exporter.port]]))), ...rules });
  cleanUp.later(prometheus.stop);
  return prometheus;
}
