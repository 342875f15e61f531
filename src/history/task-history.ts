import {
  type ContainerInfo,
  type ContainerSnapshot,
  DEVICE_COUNTERS,
  type DeviceCounter,
  type DeviceCounters,
  type DiskCounters,
  type EpochNs,
  type TaskSnapshot,
} from '../snapshot/snapshot.ts';
import { type ContainerCounters, isDevice } from './container-counters.ts';
import { type ContainerHistory, type ContainerUpdate, keepContainer, updateContainer } from './container-history.ts';
import {
  accumulate,
  type CompleteTotals,
  completeTotals,
  EMPTY_TASK_COUNTERS,
  SOURCES,
  type SourceReading,
  type TaskCounters,
  totalsOf,
} from './task-counters.ts';
import { COUNTER_GROUPS, type ContainerView, isHeld, type TaskTotals, type TaskView } from './view.ts';

/** What is remembered of the task between polls. */
export interface TaskHistory {
  /** By container id. */
  readonly containers: ReadonlyMap<string, ContainerHistory>;
  readonly taskCounters: TaskCounters;
  readonly complete: CompleteTotals;
  readonly startTimeNs?: EpochNs | undefined;
  /** When stats were last read, on the monotonic clock. */
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
  /** Names of the containers that began a new run. */
  readonly restarted: readonly string[];
  /** Names of the RUNNING containers that have no current sample. */
  readonly withoutStats: readonly string[];
  /** Number of containers whose stats are too old, or older than the previous ones. */
  readonly stale: number;
  /** Number of containers with a new sample. */
  readonly renewed: number;
}

export interface UpdateOptions {
  /** Monotonic clock. */
  readonly nowMs: number;
  /** How long a sample that is not renewed stays current. */
  readonly staleAfterMs: number;
  /** How long samples stay current while `/task/stats` cannot be read. */
  readonly keepForMs: number;
  readonly isSelected: (name: string) => boolean;
}

/** Limit for remembered containers that the metadata no longer lists; above it, all of them are dropped. */
const MAX_ABSENT = 1000;

/** Follows the task by one poll. Pure. */
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
    const step = snapshot.hasStats
      ? updateContainer(known, container, nowMs, staleAfterMs)
      : keepContainer(known, info, nowMs, keepsSamples ? staleAfterMs : Number.NEGATIVE_INFINITY);
    if (step.history !== undefined) containers.set(info.id, step.history);
    if (step.history?.arrivedAtMs === nowMs) renewed += 1;
    if (step.hasRestarted) restarted.push(info.name);
    if (info.knownStatus === 'RUNNING' && step.state !== 'current') withoutStats.push(info.name);
    if (step.state === 'stale' || step.state === 'out-of-order') stale += 1;
    if (step.isFullReset) resetOwners.add(info.id);
    // A restart makes a new network namespace, unless others hold it.
    if (step.isFullReset && !info.sharesNetworkNamespace) resetOwners.add(info.networkNamespace);
    if (step.state === 'out-of-order' && sample !== undefined) {
      setBackTo.set(info.id, sample.readNs).set(info.networkNamespace, sample.readNs);
    }
    const isCounted = step.state === 'current' || step.state === 'stopped';
    if (isCounted && step.history !== undefined) readings.push(...readingsOf(info, step.history));
    views.push(viewOf(container, step, isSelected(info.name)));
  }
  for (const container of snapshot.internals) {
    const { info } = container;
    const step = updateContainer(history.containers.get(info.id), container, nowMs, staleAfterMs);
    if (step.history === undefined) continue;
    containers.set(info.id, step.history);
    if (step.state === 'current') readings.push(...networkReadings(info, step.history));
  }
  // Only a new start time says that every counter began anew; where one merely hasDecreased, the others may have gone on.
  const taskCounters = accumulate(history.taskCounters, readings, ({ owner }) => resetOwners.has(owner), setBackTo);
  const complete = completeTotals(history.complete, taskCounters, snapshot.containers);
  // Metadata can miss a container for once (a local endpoint lists only those that run): it is known again then.
  if (history.containers.size <= MAX_ABSENT + snapshot.containers.length) {
    for (const [id, absent] of history.containers) if (!containers.has(id)) containers.set(id, absent);
  }
  const startTimeNs = history.startTimeNs ?? earliestStart(snapshot.containers);
  const sampledNs = newestSample(views);
  // Without any current sample the counters are unknown, unless nothing runs.
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
      isIncomplete: snapshot.unknownIds.some((id) => history.containers.has(id)),
      totals: isKnown ? totalsOf(taskCounters, complete) : {},
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

/** What a container, and each interface of its network namespace, has counted. */
function readingsOf(info: ContainerInfo, { sample, counterStates }: ContainerHistory): readonly SourceReading[] {
  const { readNs, cpu, disk } = sample;
  const owner = info.id;
  const reading = (source: string, group: string, counters: TaskTotals): SourceReading => {
    return { source, owner, readNs, counters, reset: counterStates.get(group)?.reset };
  };
  const cpuNs = isHeld(counterStates, COUNTER_GROUPS.cpu) ? undefined : cpu?.totalNs;
  return [
    reading(SOURCES.cpu(owner), COUNTER_GROUPS.cpu, cpuNs ? { cpuNs } : {}),
    reading(SOURCES.disk(owner), COUNTER_GROUPS.disk, ownDisk(disk, counterStates)),
    ...[...(disk?.byDevice ?? [])].map(([device, counted]) =>
      reading(`disk ${owner} ${device}`, COUNTER_GROUPS.device(device), counted),
    ),
    ...networkReadings(info, { sample, counterStates }),
  ];
}

/**
 * What is present for the container rather than for its devices: what belongs to no named device, so 0 as a rule. A device
 * that leaves then takes nothing away.
 */
function ownDisk(disk: DiskCounters | undefined, counterStates: ContainerCounters): DeviceCounters {
  if (disk?.byDevice === undefined) return disk?.total ?? {};
  const own: Partial<Record<DeviceCounter, number>> = { ...disk.total };
  for (const [group, { accepted }] of counterStates) {
    if (!isDevice(group)) continue;
    for (const counter of DEVICE_COUNTERS) {
      const total = own[counter];
      if (total !== undefined) own[counter] = Math.max(0, total - (accepted[counter] ?? 0));
    }
  }
  return own;
}

/**
 * The pause container's too: agents before 1.43 gave an awsvpc task's counters to it alone. A namespace that is shared
 * lasts as long as the task; agents before 1.100 divide its counters by the number of containers, so they can fall.
 */
function networkReadings(
  info: ContainerInfo,
  { sample, counterStates }: Pick<ContainerHistory, 'sample' | 'counterStates'>,
): readonly SourceReading[] {
  const { readNs, networks = [] } = sample;
  return [...networks].map(([iface, counters]) => {
    const source = `network ${info.networkNamespace} ${iface}`;
    const reset = counterStates.get(COUNTER_GROUPS.network(iface))?.reset;
    return {
      source,
      owner: info.networkNamespace,
      readNs,
      counters,
      reset,
      outlivesContainers: info.sharesNetworkNamespace,
    };
  });
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
