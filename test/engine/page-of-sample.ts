import type { Sample } from '../real/engine-endpoint.ts';
import type { ExporterProcess } from '../real/exporter-process.ts';
import type { Exposition } from '../real/exposition.ts';
import { numberAt } from '../real/json.ts';
import { until } from '../real/wait.ts';
import { ROUNDING } from './compared-values.ts';

/** The engine's own CPU total of a container, in seconds. */
export function engineCpuSeconds(of: Sample, container: string): number {
  return numberAt(of.get(container)?.document, 'cpu_stats', 'cpu_usage', 'total_usage') / 1e9;
}

/**
 * The page, once it shows `sample`: the CPU time of a container that never rests is another one in each sample.
 *
 * @throws with the program's log and page when it never does.
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
