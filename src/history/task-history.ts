import type { ContainerSnapshot, EpochNs, TaskSnapshot } from '../snapshot/snapshot.ts';
import { type ContainerHistory, type ContainerUpdate, keepContainer, updateContainer } from './container-history.ts';
import { networkReadings, readingsOf, type SourceReading } from './source-readings.ts';
import {
  accumulate,
  type CompleteTotals,
  completeTotals,
  EMPTY_TASK_COUNTERS,
  type TaskCounters,
  totalsOf,
} from './task-counters.ts';
import type { ContainerView, TaskView } from './view.ts';

/** State of a task between polls. */
export interface TaskHistory {
  /** By container id. */
  readonly containers: ReadonlyMap<string, ContainerHistory>;
  readonly taskCounters: TaskCounters;
  readonly complete: CompleteTotals;
  readonly startTimeNs?: EpochNs | undefined;
  /** Time of the last stats on the monotonic clock. */
  readonly statsAtMs?: number | undefined;
}

export const EMPTY_HISTORY: TaskHistory = {
  containers: new Map(),
  taskCounters: EMPTY_TASK_COUNTERS,
  complete: new Set(),
};

export interface TaskUpdate {
  readonly history: TaskHistory;
  readonly view: TaskView;
  /** Names of restarted containers. */
  readonly restarted: readonly string[];
  /** Names of RUNNING containers without a current sample. */
  readonly withoutStats: readonly string[];
  /** Number of containers whose stats are too old, or older than the previous ones. */
  readonly stale: number;
  /** Number of containers with a new sample. */
  readonly renewed: number;
}

export interface UpdateOptions {
  /** Monotonic clock. */
  readonly nowMs: number;
  /** How long an unchanged sample stays current. */
  readonly staleAfterMs: number;
  /** How long samples stay current while `/task/stats` cannot be read. */
  readonly keepForMs: number;
  readonly isSelected: (name: string) => boolean;
}

/** Maximum number of kept containers that the metadata no longer lists. Above it, all of them are dropped. */
const MAX_ABSENT = 1000;

/** Updates the history of a task with a snapshot. Pure. */
export function updateTask(history: TaskHistory, snapshot: TaskSnapshot, options: UpdateOptions): TaskUpdate {
  const { nowMs, staleAfterMs, keepForMs, isSelected } = options;
  const containers = new Map<string, ContainerHistory>();
  const views: ContainerView[] = [];
  const readings: SourceReading[] = [];
  const restarted: string[] = [];
  const withoutStats: string[] = [];
  let stale = 0;
  let renewed = 0;
  const resetOwners = new Set<string>();
  const setBackTo = new Map<string, EpochNs>();
  const keepsSamples = history.statsAtMs !== undefined && nowMs - history.statsAtMs <= keepForMs;
  for (const container of snapshot.containers) {
    const { info, sample } = container;
    const known = history.containers.get(info.id);
    const update = snapshot.hasStats
      ? updateContainer(known, container, nowMs, staleAfterMs)
      : keepContainer(known, info, nowMs, keepsSamples ? staleAfterMs : Number.NEGATIVE_INFINITY);
    if (update.history !== undefined) containers.set(info.id, update.history);
    if (update.history?.arrivedAtMs === nowMs) renewed += 1;
    if (update.hasRestarted) restarted.push(info.name);
    if (info.knownStatus === 'RUNNING' && update.state !== 'current') withoutStats.push(info.name);
    if (update.state === 'stale' || update.state === 'out-of-order') stale += 1;
    if (update.isFullReset) resetOwners.add(info.id);
    // A restart creates a new network namespace, unless it is shared.
    if (update.isFullReset && !info.sharesNetworkNamespace) resetOwners.add(info.networkNamespace);
    if (update.state === 'out-of-order' && sample !== undefined) {
      setBackTo.set(info.id, sample.readNs).set(info.networkNamespace, sample.readNs);
    }
    const isCounted = update.state === 'current' || update.state === 'stopped';
    if (isCounted && update.history !== undefined) readings.push(...readingsOf(info, update.history));
    views.push(viewOf(container, update, isSelected(info.name)));
  }
  for (const container of snapshot.internalContainers) {
    const { info } = container;
    const update = updateContainer(history.containers.get(info.id), container, nowMs, staleAfterMs);
    if (update.history === undefined) continue;
    containers.set(info.id, update.history);
    if (update.state === 'current') readings.push(...networkReadings(info, update.history));
  }
  // Only a new start time resets every counter. If one counter decreased, the others may have continued.
  const taskCounters = accumulate(history.taskCounters, readings, ({ owner }) => resetOwners.has(owner), setBackTo);
  const complete = completeTotals(history.complete, taskCounters, snapshot.containers);
  // The metadata can omit a container temporarily (a local endpoint lists running ones only).
  if (history.containers.size <= MAX_ABSENT + snapshot.containers.length) {
    for (const [id, absent] of history.containers) if (!containers.has(id)) containers.set(id, absent);
  }
  const startTimeNs = history.startTimeNs ?? earliestStart(snapshot.containers);
  const sampledNs = newestSample(views);
  // Without a current sample, the counters are unknown unless no container is running.
  const isKnown = sampledNs !== undefined || withoutStats.length === 0;
  const { task, cgroup } = snapshot;
  return {
    history: {
      containers,
      taskCounters,
      complete,
      startTimeNs,
      statsAtMs: snapshot.hasStats ? nowMs : history.statsAtMs,
    },
    view: {
      task,
      containers: views,
      isIncomplete: snapshot.isTruncated || snapshot.unknownIds.some((id) => history.containers.has(id)),
      totals: isKnown && !snapshot.isTruncated ? totalsOf(taskCounters, complete) : {},
      sampledNs,
      startTimeNs,
      cgroup,
    },
    restarted,
    withoutStats,
    stale,
    renewed,
  };
}

function viewOf(
  { info, isNameTaken }: ContainerSnapshot,
  { history, state }: ContainerUpdate,
  isSelected: boolean,
): ContainerView {
  const isStartUnknown = history?.isStartUnknown;
  if (history === undefined || state !== 'current') return { info, isStartUnknown, isSelected, isNameTaken };
  const { sample, previousCpu, startTimeNs, counterStates } = history;
  const runStartNs = isStartUnknown || info.startedAtNs === undefined ? undefined : history.runStartNs;
  return {
    info,
    sample,
    previousCpu,
    startTimeNs,
    groups: counterStates,
    runStartNs,
    isStartUnknown,
    isSelected,
    isNameTaken,
  };
}

function newestSample(views: readonly ContainerView[]): EpochNs | undefined {
  let newest: EpochNs | undefined;
  for (const { sample } of views) {
    if (sample !== undefined && (newest === undefined || sample.readNs > newest)) newest = sample.readNs;
  }
  return newest;
}

function earliestStart(containers: readonly ContainerSnapshot[]): EpochNs | undefined {
  let earliest: EpochNs | undefined;
  for (const { info } of containers) {
    const { firstRunStartNs = info.runStartNs } = info;
    if (firstRunStartNs !== undefined && (earliest === undefined || firstRunStartNs < earliest))
      earliest = firstRunStartNs;
  }
  return earliest;
}
