import type { RowId } from '../catalogue/catalogue.ts';
import { round4, sumOf } from './arithmetic.ts';
import { memoryLimitBytes, taskMemoryBytes } from './limits.ts';
import type { Sink, TaskView } from './view.ts';

const LEVELS = [
  ['mem_usage', 'usageBytes'],
  ['mem_cache', 'cacheBytes'],
  ['mem_working_set_bytes', 'workingSetBytes'],
  ['mem_rss_bytes', 'rssBytes'],
] as const satisfies readonly (readonly [RowId, string])[];

export function deriveMemory(view: TaskView, out: Sink): void {
  for (const [row, level] of LEVELS) {
    for (const container of view.containers) out.container(row, container, container.sample?.memory?.[level]);
    out.task(row, view, sumOf(view.containers.map((container) => container.sample?.memory?.[level])));
  }
  for (const container of view.containers) {
    if (container.sample === undefined) continue;
    const limit = memoryLimitBytes(container.info, container.sample, view.task);
    const workingSet = container.sample.memory?.workingSetBytes;
    out.container('mem_effective_limit_bytes', container, limit);
    out.container('mem_usage_ratio', container, shareOf(workingSet, limit));
    out.container('mem_available', container, left(workingSet, limit));
  }
  const limit = taskMemoryBytes(view.task);
  const workingSet = sumOf(view.containers.map((container) => container.sample?.memory?.workingSetBytes));
  out.task('mem_effective_limit_bytes', view, limit);
  out.task('mem_usage_ratio', view, shareOf(workingSet, limit));
  out.task('mem_available', view, left(workingSet, limit));
}

function shareOf(used: number | undefined, limit: number | undefined): number | undefined {
  return used === undefined || limit === undefined || limit === 0 ? undefined : round4(used / limit);
}

function left(used: number | undefined, limit: number | undefined): number | undefined {
  return used === undefined || limit === undefined ? undefined : Math.max(0, limit - used);
}
