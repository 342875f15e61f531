/** Simulated tasks, each with the real program. */
import { startSimulator } from '../bench/simulator/server.ts';
import { type ExporterProcess, startExporterProcess } from '../real/exporter-process.ts';
import { at, textAt } from '../real/json.ts';
import type { CleanUp } from './clean-up.ts';

export interface ExporterTask {
  /** The exporter's service.instance.id. */
  readonly taskId: string;
  readonly taskArn: string;
  readonly exporter: ExporterProcess;
}

/** Starts task number `seed`, sampled every second. Each number generates another task of the same family. */
export async function startExporterTask(
  cleanUp: CleanUp,
  seed: number,
  ...args: readonly string[]
): Promise<ExporterTask> {
  const endpoint = await startSimulator({ seed });
  cleanUp.later(endpoint.close);
  const document: unknown = await (await fetch(`${endpoint.url}/task`)).json();
  if (at(document, 'Family') !== 'shop') throw new Error('another family than expected');
  const taskArn = textAt(document, 'TaskARN');
  const exporter = await startExporterProcess('run', ['--metadata-url', endpoint.url, '--interval', '1', ...args]);
  cleanUp.later(exporter.stop);
  return { taskId: taskArn.split('/').at(-1) ?? '', taskArn, exporter };
}

/** Starts a task that only pushes, every second, to this address and `/v1/metrics`. */
export async function startPushingTask(cleanUp: CleanUp, seed: number, otlpBase: string): Promise<ExporterTask> {
  return startExporterTask(
    cleanUp,
    seed,
    ...['--exporters', 'otlp', '--otlp-endpoint', otlpBase, '--export-interval', '1'],
  );
}
