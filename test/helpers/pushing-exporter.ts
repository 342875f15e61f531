import type { TestContext } from 'node:test';
import type { Config, OtlpConfig } from '../../src/config/config.ts';
import { testConfig } from './config.ts';
import { startFaultEndpoint } from './fault-endpoint.ts';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';
import { type Running, startExporterOn } from './running.ts';
import { type ScriptedTask, scriptedTask } from './scripted-task.ts';
import { stopClock, type TestClock } from './test-clock.ts';

export interface PushOptions {
  readonly otlp?: Partial<OtlpConfig>;
  readonly config?: Partial<Config>;
  readonly task?: ScriptedTask;
  /** The receiver's initial behaviour. */
  readonly behaviour?: OtlpReceiver['behaviour'];
}

export interface Pushing extends Running {
  readonly receiver: OtlpReceiver;
  readonly clock: TestClock;
}

/**
 * Starts an exporter that serves and pushes the same metrics, on the test's clock, and takes the first sample. Closes everything
 * with the test.
 */
export async function startPushingExporter(t: TestContext, options: PushOptions = {}): Promise<Pushing> {
  const { task = scriptedTask('web', 'worker'), behaviour = 200 } = options;
  const clock = stopClock(t);
  const receiver = await startOtlpReceiver();
  receiver.behaviour = behaviour;
  const endpoint = await startFaultEndpoint();
  task.publish(endpoint);
  const { otlp } = testConfig(endpoint.url);
  t.after(async () => {
    await receiver.close();
    await clock.during(running.exporter.shutdown());
    await endpoint.close();
  });
  const running = await startExporterOn(t, endpoint, task, {
    exporters: ['prometheus', 'otlp'],
    vocabularies: { prometheus: ['semconv'], otlp: ['semconv'], console: [], statsd: [] },
    ...options.config,
    otlp: { ...otlp, url: new URL(receiver.url), ...options.otlp },
  });
  await running.exporter.poll();
  return { ...running, receiver, clock };
}
