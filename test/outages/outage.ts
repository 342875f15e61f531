import type { TestContext } from 'node:test';
import type { Config, OtlpConfig } from '../../src/config/config.ts';
import { testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { type FaultReceiver, startFaultReceiver } from '../helpers/fault-receiver.ts';
import type { LoggedEvent } from '../helpers/recording-logger.ts';
import { type Running, startExporterOn } from '../helpers/running.ts';
import { scriptedTask } from '../helpers/scripted-task.ts';
import type { TestClock } from '../helpers/test-clock.ts';
import type { Exposition } from '../real/exposition.ts';

export interface OutageOptions {
  readonly answer: FaultReceiver['answer'];
  readonly otlp?: Partial<OtlpConfig>;
  readonly config?: Partial<Config>;
  /** The receiver does not listen at the start. */
  readonly isDown?: boolean;
}

export interface Outage extends Running {
  readonly receiver: FaultReceiver;
  /** Log lines except those about containers, for example `warn otlp_export_failing server_error`. */
  log(): readonly string[];
}

/** Starts an exporter that serves and pushes the same metrics, takes the first sample, and closes with the test. */
export async function startOutage(
  t: TestContext,
  clock: TestClock,
  { answer, otlp, config, isDown = false }: OutageOptions,
): Promise<Outage> {
  const receiver = await startFaultReceiver(answer);
  if (isDown) await receiver.down();
  const endpoint = await startFaultEndpoint();
  const task = scriptedTask('web', 'worker');
  task.publish(endpoint);
  const base = testConfig(endpoint.url);
  t.after(async () => {
    await receiver.down();
    await clock.during(running.exporter.shutdown());
    await endpoint.close();
  });
  const running = await startExporterOn(t, endpoint, task, {
    exporters: ['prometheus', 'otlp'],
    vocabularies: { prometheus: ['semconv'], otlp: ['semconv'], console: [], statsd: [] },
    ...config,
    otlp: { ...base.otlp, url: new URL(receiver.url), ...otlp },
  });
  await running.exporter.poll();
  const log = (): readonly string[] =>
    running
      .lines()
      .filter(({ event }) => event !== 'task_found' && event !== 'containers_restarted')
      .map(lineOf);
  return { ...running, receiver, log };
}

function lineOf({ level, event, fields }: LoggedEvent): string {
  return [level, event, ...(typeof fields['reason'] === 'string' ? [fields['reason']] : [])].join(' ');
}

/** Sets the export interval and timeout. */
export const every = (ms: number): Partial<Config> => ({ exportIntervalMs: ms, exportTimeoutMs: ms });

/** The exporter's counts of exports, and of failures by reason without zeros. */
export interface ExportCounts {
  readonly exports: number;
  readonly failures: Readonly<Record<string, number>>;
  /** All reasons with a series. */
  readonly reasons: readonly string[];
  readonly rejectedPoints: number | undefined;
}

export function exportCounts(page: Exposition, exporter = 'otlp'): ExportCounts {
  const all = page
    .having({ otel_component_name: exporter })
    .filter(({ name }) => name === 'aws_ecs_exporter_export_failures_total')
    .map(({ labels, value }): readonly [string, number] => [labels.get('error_type') ?? '', value]);
  return {
    exports: page.value('aws_ecs_exporter_exports_total', { otel_component_name: exporter }) ?? Number.NaN,
    failures: Object.fromEntries(all.filter(([, value]) => value > 0)),
    reasons: all.map(([reason]) => reason),
    rejectedPoints: page.value('otel_sdk_exporter_metric_data_point_exported_total', {
      otel_component_name: exporter,
      error_type: 'rejected',
    }),
  };
}
