import type { TestContext } from 'node:test';
import type { Config, OtlpConfig } from '../../src/config/config.ts';
import { testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { type Running, startExporterOn } from '../helpers/running.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';

/**
 * Starts an exporter in this process that pushes to `url` continuously and serves the same metrics, and takes the first sample. It
 * polls on request, so all pages and exports between two polls have the same sample. Ends with the test.
 */
export async function startPushExporter(
  t: TestContext,
  url: string,
  vocabularies: readonly ('ecs' | 'semconv')[],
  { otlp, ...changes }: Omit<Partial<Config>, 'otlp'> & { readonly otlp?: Partial<OtlpConfig> } = {},
): Promise<Running> {
  const task = scriptedTask('web', 'worker');
  const endpoint = await startFaultEndpoint();
  t.after(() => endpoint.close());
  task.publish(endpoint);
  const running = await startExporterOn(t, endpoint, task, {
    exporters: ['prometheus', 'otlp'],
    vocabularies: { prometheus: vocabularies, otlp: vocabularies, console: [], statsd: [] },
    exportIntervalMs: 200,
    exportTimeoutMs: 200,
    ...changes,
    otlp: { ...testConfig(endpoint.url).otlp, ...otlp, url: new URL(url) },
  });
  await running.exporter.poll();
  return running;
}
