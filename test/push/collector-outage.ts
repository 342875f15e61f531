/** A program that pushes to a Collector, with a task whose counters grow. */
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { type Program, startProgram } from '../helpers/program.ts';
import { type ScriptedTask, scriptedTask } from '../helpers/scripted-task.ts';
import { type Exposition, parseExposition } from '../real/exposition.ts';
import { at } from '../real/json.ts';
import { type FileCollector, startFileCollector } from './file-collector.ts';

export interface PushingProgram {
  readonly files: FileCollector;
  readonly program: Program;
  readonly task: ScriptedTask;
  /** Stops the growth: all later samples are equal. */
  freeze(): void;
  page(): Promise<string>;
  metrics(): Promise<Exposition>;
  /** Number of failed exports at the last poll, by reason. */
  failures(): Promise<ReadonlyMap<string, number>>;
  /** Level, event and reason of each log line. */
  lines(): readonly string[];
}

export interface PushingProgramOptions {
  readonly containers: readonly string[];
  readonly exportIntervalMs: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Ends with the test. */
export async function startPushingProgram(t: TestContext, options: PushingProgramOptions): Promise<PushingProgram> {
  const files = await startFileCollector(t);
  const endpoint = await startFaultEndpoint();
  t.after(() => endpoint.close());
  const task = scriptedTask(...options.containers);
  task.publish(endpoint);
  const work = setInterval(() => {
    task.advance(1);
    task.publish(endpoint);
  }, 1000);
  t.after(() => clearInterval(work));

  const program = startProgram(t, ['run', '--exporter-port', '0', '--interval', '1'], {
    ECS_CONTAINER_METADATA_URI_V4: endpoint.url,
    EXPORTERS: 'prometheus,otlp',
    METRIC_NAMES: 'ecs,semconv',
    OTEL_METRIC_EXPORT_INTERVAL: `${options.exportIntervalMs}`,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: files.collector.otlpUrl,
    ...options.env,
  });
  const origin = await program.origin();
  const page = async (): Promise<string> => (await fetch(`${origin}/metrics`)).text();
  const metrics = async (): Promise<Exposition> => parseExposition(await page());
  return {
    files,
    program,
    task,
    freeze: () => clearInterval(work),
    page,
    metrics,
    failures: async () => {
      const series = (await metrics()).having({ otel_component_name: 'otlp' });
      const failed = series.filter(({ name, value }) => name === 'aws_ecs_exporter_export_failures_total' && value > 0);
      return new Map(failed.map(({ labels, value }) => [labels.get('error_type') ?? '', value]));
    },
    lines: () =>
      program
        .stderr()
        .split('\n')
        .filter((line) => line !== '')
        .map((line): unknown => JSON.parse(line))
        .map((line) => [at(line, 'level'), at(line, 'event'), at(line, 'reason')].filter(Boolean).join(' ')),
  };
}

/** Resident memory of a process in KiB, as the kernel counts it. */
export function residentKib(pid: number | undefined): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (kib === undefined) throw new Error(`no VmRSS of process ${pid}`);
  return Number(kib);
}

/** Slope of `values` by least squares. */
export function slope(values: readonly number[]): number {
  const meanIndex = (values.length - 1) / 2;
  const mean = sum(values) / values.length;
  const rise = sum(values.map((value, index) => (index - meanIndex) * (value - mean)));
  const run = sum(values.map((_, index) => (index - meanIndex) ** 2));
  return rise / run;
}

export const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
