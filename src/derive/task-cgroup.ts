import type { RowId } from '../catalogue/catalogue.ts';
import type { TaskCgroup, TaskCgroupCounter } from '../snapshot/snapshot.ts';
import type { Sink, TaskView } from './view.ts';
import { just } from './whole.ts';

const COUNTERS = [
  ['cgroup_cpu_usage_seconds', 'cpuNs', 1e9],
  ['cgroup_mem_limit_hits', 'memoryLimitHits', 1],
  ['cgroup_oom_kills', 'oomKills', 1],
] as const satisfies readonly (readonly [RowId, TaskCgroupCounter, number])[];

const THROTTLING = [
  ['cgroup_cpu_periods', 'periods', 1],
  ['cgroup_cpu_throttled_periods', 'throttledPeriods', 1],
  ['cgroup_cpu_throttled_seconds', 'throttledNs', 1e9],
] as const satisfies readonly (readonly [RowId, TaskCgroupCounter, number])[];

/** What the task's own cgroup says, where it can be read. */
export function deriveTaskCgroup(view: TaskView, out: Sink): void {
  const { cgroup } = view;
  if (cgroup === undefined) return;
  // Without a quota nothing is ever throttled: a 0 would speak of a limit that is not there.
  const hasQuota = cgroup.quotaCores !== undefined || (cgroup.periods ?? 0) > 0;
  for (const [row, counter, unit] of hasQuota ? [...COUNTERS, ...THROTTLING] : COUNTERS) {
    const value = cgroup[counter];
    out.task(row, countedSince(view, cgroup, counter), () => (value === undefined ? undefined : value / unit));
  }
  out.task('cgroup_cpu_quota_cores', view, just(cgroup.quotaCores));
  out.task('cgroup_mem_usage_bytes', view, just(cgroup.memoryBytes));
  out.task('cgroup_mem_peak_bytes', view, just(cgroup.memoryPeakBytes));
  out.task('cgroup_mem_limit_bytes', view, just(cgroup.memoryLimitBytes));
}

/** A counter that fell began again; the others began with the task. */
function countedSince(view: TaskView, { countedFromNs }: TaskCgroup, counter: TaskCgroupCounter): TaskView {
  const startedNs = countedFromNs?.[counter];
  return startedNs === undefined ? view : { ...view, startedNs };
}
