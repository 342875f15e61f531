import type { Sample } from '../real/engine-endpoint.ts';
import type { ExporterProcess } from '../real/exporter-process.ts';
import type { Exposition } from '../real/exposition.ts';
import { numberAt } from '../real/json.ts';
import { until } from '../real/wait.ts';
import { ROUNDING } from './compared-values.ts';

/** CPU time of a container according to the engine, in seconds. */
export function engineCpuSeconds(of: Sample, container: string): number {
  return numberAt(of.get(container)?.document, 'cpu_stats', 'cpu_usage', 'total_usage') / 1e9;
}

/**
 * Waits for the page of `sample`, identified by the CPU time of a container that is never idle.
 *
 * @throws with the program's log and page if the sample does not appear.
 */
export async function pageOfSample(exporter: ExporterProcess, sample: Sample, restless: string): Promise<Exposition> {
  const wanted = engineCpuSeconds(sample, restless);
  try {
    return await until('a page of the newest sample', async () => {
      const page = await exporter.metrics();
      const shown = page.value('ecs_task_cpu_usage_seconds_total', { container_name: restless });
      return shown !== undefined && Math.abs(shown - wanted) <= ROUNDING ? page : undefined;
    });
  } catch (cause) {
    const page = await exporter.page();
    throw new Error(`no page with ${wanted} s for ${restless}; the log:\n${exporter.log()}\nthe page:\n${page}`, {
      cause,
    });
  }
}
