import type { RowId } from '../catalogue/catalogue.ts';
import { round4, sumOf } from './arithmetic.ts';
import { memoryLimitBytes, taskMemoryBytes } from './limits.ts';
import type { ContainerView, Sink, TaskView } from './view.ts';

const LEVELS = [
  ['mem_usage', 'usageBytes'],
  ['mem_cache', 'cacheBytes'],
  ['mem_working_set_bytes', 'workingSetBytes'],
  ['mem_rss_bytes', 'rssBytes'],
] as const satisfies readonly (readonly [RowId, string])[];

/** Of containers only: their sum would mean nothing, or nobody asks for it. */
const DETAILS = [
  ['mem_failures', 'limitHits'],
  ['mem_peak_bytes', 'peakBytes'],
  ['mem_swap_bytes', 'swapBytes'],
  ['mem_kernel_bytes', 'kernelBytes'],
  ['mem_commit_bytes', 'commitBytes'],
  ['mem_commit_peak_bytes', 'commitPeakBytes'],
] as const satisfies readonly (readonly [RowId, string])[];

export function deriveMemory(view: TaskView, out: Sink): void {
  for (const [row, level] of LEVELS) {
    for (const container of view.containers) out.container(row, container, container.sample?.memory?.[level]);
    out.task(row, view, sumOf(view.containers.map((container) => container.sample?.memory?.[level])));
  }
  for (const container of view.containers) {
    if (container.sample === undefined) continue;
    for (const [row, level] of DETAILS) out.container(row, container, container.sample.memory?.[level]);
    deriveFaults(container, out);
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

/**
 * Faults begin anew with each life, also where the agent adds up the other counters of a container with a restart policy.
 *
 * @see https://github.com/aws/amazon-ecs-agent/blob/master/agent/stats/queue_unix.go
 */
function deriveFaults(container: ContainerView, out: Sink): void {
  const { info, sample } = container;
  const { startedNs, restartCount } = info;
  const isOfThisLife = startedNs !== undefined && sample !== undefined && startedNs <= sample.readNs;
  const counting = restartCount !== undefined && isOfThisLife ? { ...container, countedFromNs: startedNs } : container;
  out.container('mem_page_faults', counting, sample?.memory?.minorFaults, { faultType: 'minor' });
  out.container('mem_page_faults', counting, sample?.memory?.majorFaults, { faultType: 'major' });
}

function shareOf(used: number | undefined, limit: number | undefined): number | undefined {
  return used === undefined || limit === undefined || limit === 0 ? undefined : round4(used / limit);
}

function left(used: number | undefined, limit: number | undefined): number | undefined {
  return used === undefined || limit === undefined ? undefined : Math.max(0, limit - used);
}
