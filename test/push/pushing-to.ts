import type { TestContext } from 'node:test';
import type { Config, OtlpConfig } from '../../src/config/config.ts';
import { testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { exporterOn, type Running } from '../helpers/running.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';

/**
 * An exporter in this process that pushes to `url` all the time, and serves the same names. It polls only when asked to:
 * between two polls, every page and every export are of one sample. After its first sample; ends with the test.
 */
export async function exporterPushingTo(
  t: TestContext,
  url: string,
  vocabularies: readonly ('ecs' | 'semconv')[],
  { otlp, ...changes }: Omit<Partial<Config>, 'otlp'> & { readonly otlp?: Partial<OtlpConfig> } = {},
): Promise<Running> {
  const task = scriptedTask('web', 'worker');
  const endpoint = await startFaultEndpoint();
  t.after(() => endpoint.close());
  task.publish(endpoint);
  const running = await exporterOn(t, endpoint, task, {
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
