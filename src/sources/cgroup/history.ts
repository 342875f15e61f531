import {
  type EpochNs,
  TASK_CGROUP_COUNTERS,
  type TaskCgroup,
  type TaskCgroupCounter,
} from '../../snapshot/snapshot.ts';
import type { KernelValues } from './kernel-values.ts';

/** One reading of the task's cgroup. */
export interface CgroupReading {
  readonly values: KernelValues;
  /** On cgroup v1: the kills in the cgroup of each container that has one now, by container id. */
  readonly killsByContainer?: ReadonlyMap<string, number> | undefined;
  /** By the wall clock. */
  readonly readNs: EpochNs;
}

/** What is remembered of it between polls. */
export interface CgroupHistory {
  readonly counters: Counters;
  readonly startTimeNs: NonNullable<TaskCgroup['startTimeNs']>;
  readonly killsByContainer: ReadonlyMap<string, number>;
  readonly readNs: EpochNs;
}

type Counters = Readonly<Partial<Record<TaskCgroupCounter, number>>>;

/** A task has at most ten containers; one that stands for a whole machine may go through thousands. */
const MAX_REMEMBERED = 1000;

/**
 * Follows the cgroup by one reading. Pure.
 *
 * - A counter that fell began again at 0 after the last reading; the others go on.
 * - On v1 the kills of a container vanish with its cgroup: what they grew by stays counted. A kill after the last reading
 *   that ends the container leaves no trace.
 */
export function followCgroup(
  history: CgroupHistory | undefined,
  { values, killsByContainer, readNs }: CgroupReading,
): { readonly history: CgroupHistory; readonly cgroup: TaskCgroup } {
  const kills = killsByContainer === undefined ? values.oomKills : killsSoFar(history, killsByContainer);
  const counters = countersOf({ ...values, oomKills: kills });
  const startTimeNs: Partial<Record<TaskCgroupCounter, EpochNs>> = { ...history?.startTimeNs };
  for (const counter of TASK_CGROUP_COUNTERS) {
    const before = history?.counters[counter];
    const now = counters[counter];
    if (history !== undefined && before !== undefined && now !== undefined && now < before) {
      startTimeNs[counter] = history.readNs;
    }
  }
  const { quotaUs, periodUs, memoryBytes, memoryPeakBytes, memoryLimitBytes } = values;
  const quotaCores = quotaUs === undefined || periodUs === undefined || periodUs === 0 ? undefined : quotaUs / periodUs;
  return {
    history: {
      // A counter that is missing for once goes on from where it was.
      counters: { ...history?.counters, ...counters },
      startTimeNs,
      killsByContainer: remembered(history?.killsByContainer, killsByContainer),
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

/** Undefined as long as no container's cgroup has told of any: kernels before 4.13 do not. */
function killsSoFar(history: CgroupHistory | undefined, now: ReadonlyMap<string, number>): number | undefined {
  let kills = history?.counters.oomKills;
  for (const [container, count] of now) {
    const before = history?.killsByContainer.get(container) ?? 0;
    kills = (kills ?? 0) + (count < before ? count : count - before);
  }
  return kills;
}

function remembered(
  before: ReadonlyMap<string, number> = new Map(),
  now: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  return before.size > MAX_REMEMBERED ? now : new Map([...before, ...now]);
}
