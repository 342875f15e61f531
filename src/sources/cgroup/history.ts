import {
  type EpochNs,
  TASK_CGROUP_COUNTERS,
  type TaskCgroup,
  type TaskCgroupCounter,
} from '../../snapshot/snapshot.ts';
import type { KernelValues } from './kernel-files.ts';

/** One reading of the task's cgroup. */
export interface CgroupReading {
  readonly values: KernelValues;
  /** cgroup v1: OOM kills in the cgroup of each current container, by container ID. */
  readonly killsByContainer?: ReadonlyMap<string, number> | undefined;
  /** Wall clock. */
  readonly readNs: EpochNs;
}

/** State of the cgroup between polls. */
export interface CgroupHistory {
  readonly counters: Counters;
  readonly startTimeNs: NonNullable<TaskCgroup['startTimeNs']>;
  readonly killsByContainer: ReadonlyMap<string, number>;
  readonly readNs: EpochNs;
}

type Counters = Readonly<Partial<Record<TaskCgroupCounter, number>>>;

/** A task has at most ten containers, but a local endpoint for a whole machine can accumulate thousands. */
const MAX_CONTAINERS = 1000;

/**
 * Advances the history by one reading. Pure.
 *
 * - A counter that decreased was reset after the previous reading; the others continue.
 * - On v1, the kills of a container disappear with its cgroup, but stay in the total. A kill after the last reading that also
 *   stops the container is not counted.
 */
export function updateCgroup(
  history: CgroupHistory | undefined,
  { values, killsByContainer, readNs }: CgroupReading,
): { readonly history: CgroupHistory; readonly cgroup: TaskCgroup } {
  const kills = killsByContainer === undefined ? values.oomKills : totalKills(history, killsByContainer);
  const counters = countersOf({ ...values, oomKills: kills });
  const startTimeNs: Partial<Record<TaskCgroupCounter, EpochNs>> = { ...history?.startTimeNs };
  for (const counter of TASK_CGROUP_COUNTERS) {
    const previous = history?.counters[counter];
    const current = counters[counter];
    if (history !== undefined && previous !== undefined && current !== undefined && current < previous) {
      startTimeNs[counter] = history.readNs;
    }
  }
  const { quotaUs, periodUs, memoryBytes, memoryPeakBytes, memoryLimitBytes } = values;
  const quotaCores = quotaUs === undefined || periodUs === undefined || periodUs === 0 ? undefined : quotaUs / periodUs;
  return {
    history: {
      // A counter that is missing from one reading keeps its last value.
      counters: { ...history?.counters, ...counters },
      startTimeNs,
      killsByContainer: mergeKills(history?.killsByContainer, killsByContainer),
      readNs,
    },
    cgroup: { ...counters, quotaCores, memoryBytes, memoryPeakBytes, memoryLimitBytes, startTimeNs },
  };
}

function countersOf(values: KernelValues): Counters {
  const counters: Partial<Record<TaskCgroupCounter, number>> = {};
  for (const counter of TASK_CGROUP_COUNTERS) {
    const value = values[counter];
    if (value !== undefined) counters[counter] = value;
  }
  return counters;
}

/** Undefined until some container's cgroup reports kills; kernels before 4.13 report none. */
function totalKills(history: CgroupHistory | undefined, current: ReadonlyMap<string, number>): number | undefined {
  let total = history?.counters.oomKills;
  for (const [container, kills] of current) {
    const previous = history?.killsByContainer.get(container) ?? 0;
    total = (total ?? 0) + (kills < previous ? kills : kills - previous);
  }
  return total;
}

function mergeKills(
  previous: ReadonlyMap<string, number> = new Map(),
  current: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  return previous.size > MAX_CONTAINERS ? current : new Map([...previous, ...current]);
}
