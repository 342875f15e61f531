import type { RowId } from '../catalogue/catalogue.ts';
import type { MemoryLevels } from '../snapshot/snapshot.ts';
import { divided } from './arithmetic.ts';
import { memoryLimitBytes, taskMemoryBytes } from './limits.ts';
import { COUNTER_GROUPS, type ContainerView, type Sink, since, type TaskView } from './view.ts';
import { eachContainer, once, wholeSum } from './whole.ts';

const LEVELS = [
  ['mem_usage', 'usageBytes'],
  ['mem_cache', 'cacheBytes'],
  ['mem_working_set_bytes', 'workingSetBytes'],
  ['mem_rss_bytes', 'rssBytes'],
] as const satisfies readonly (readonly [RowId, string])[];

/** Of containers only: their sum would mean nothing, or nobody asks for it. */
const DETAILS = [
  ['mem_peak_bytes', 'peakBytes'],
  ['mem_swap_bytes', 'swapBytes'],
  ['mem_kernel_bytes', 'kernelBytes'],
  ['mem_commit_bytes', 'commitBytes'],
  ['mem_commit_peak_bytes', 'commitPeakBytes'],
] as const satisfies readonly (readonly [RowId, string])[];

export function deriveMemory(view: TaskView, out: Sink): void {
  const { task, containers } = view;
  for (const [row, level] of LEVELS) {
    for (const container of containers) out.container(row, container, () => container.sample?.memory?.[level]);
    out.task(row, view, () => wholeSum(view, containers, ({ sample }) => sample?.memory?.[level]));
  }
  const taskLimit = taskMemoryBytes(task);
  const taskUsed = once(() => wholeSum(view, containers, ({ sample }) => sample?.memory?.workingSetBytes));
  const taskAvailable = once(() => left(taskUsed(), taskLimit));
  eachContainer(containers, out, (container) => {
    const { info, sample } = container;
    if (sample === undefined) return;
    for (const [row, level] of DETAILS) out.container(row, container, () => sample.memory?.[level]);
    deriveCounters(container, out);
    const limit = once(() => memoryLimitBytes(info, sample, task));
    const used = (): number | undefined => sample.memory?.workingSetBytes;
    out.container('mem_effective_limit_bytes', container, limit);
    out.container('mem_usage_ratio', container, () => divided(used(), limit()));
    out.container('mem_available', container, () => {
      const own = left(used(), limit());
      // If the task has no limit, only the container's own limit applies.
      if (taskLimit === undefined || own === undefined) return own;
      const ofTask = taskAvailable();
      return ofTask === undefined ? undefined : Math.min(own, ofTask);
    });
  });
  out.task('mem_effective_limit_bytes', view, () => taskLimit);
  out.task('mem_usage_ratio', view, () => divided(taskUsed(), taskLimit));
  out.task('mem_available', view, taskAvailable);
}

function deriveCounters(container: ContainerView, out: Sink): void {
  const memory = (): MemoryLevels | undefined => container.sample?.memory;
  const { faults, limitHits } = COUNTER_GROUPS;
  const hits = since(container, limitHits, 'limitHits');
  const minor = since(container, faults, 'minorFaults');
  const major = since(container, faults, 'majorFaults');
  out.container('mem_failures', container, () => memory()?.limitHits, undefined, hits);
  out.container('mem_page_faults', container, () => memory()?.minorFaults, { faultType: 'minor' }, minor);
  out.container('mem_page_faults', container, () => memory()?.majorFaults, { faultType: 'major' }, major);
}

function left(used: number | undefined, limit: number | undefined): number | undefined {
  return used === undefined || limit === undefined ? undefined : Math.max(0, limit - used);
}
