import {
  type ContainerInfo,
  type ContainerSnapshot,
  DISK_COUNTERS,
  type DiskCounter,
  type DiskCounters,
  type DiskLevels,
  type EpochNs,
  type TaskSnapshot,
} from '../snapshot/snapshot.ts';
import { type ContainerTracks, isDevice } from './container-counters.ts';
import { type ContainerHistory, followContainer, keepContainer, type Step } from './container-history.ts';
import { EMPTY_LEDGER, type Ledger, type Posting, settle } from './ledger.ts';
import { COUNTER_GROUPS, type ContainerView, isHeld, type TaskTotals, type TaskView } from './view.ts';
import { SOURCES, totalsOf, type WholeTotals, wholeTotals } from './whole-totals.ts';

/** What is remembered of the task between polls. */
export interface TaskHistory {
  /** By container id. */
  readonly containers: ReadonlyMap<string, ContainerHistory>;
  readonly ledger: Ledger;
  readonly whole: WholeTotals;
  readonly startedNs?: EpochNs | undefined;
  /** When stats were last read, on the monotonic clock. */
  readonly statsAtMs?: number | undefined;
}

export const EMPTY_HISTORY: TaskHistory = { containers: new Map(), ledger: EMPTY_LEDGER, whole: new Set() };

export interface TaskStep {
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

export interface StepOptions {
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
export function followTask(history: TaskHistory, snapshot: TaskSnapshot, options: StepOptions): TaskStep {
  const { nowMs, staleAfterMs, keepForMs, isSelected } = options;
  const containers = new Map<string, ContainerHistory>();
  const views: ContainerView[] = [];
  const postings: Posting[] = [];
  const restarted: string[] = [];
  const withoutStats: string[] = [];
  let stale = 0;
  let renewed = 0;
  const begunAnew = new Set<string>();
  const rewoundTo = new Map<string, EpochNs>();
  const keepsSamples = history.statsAtMs !== undefined && nowMs - history.statsAtMs <= keepForMs;
  for (const container of snapshot.containers) {
    const { info, sample } = container;
    const known = history.containers.get(info.id);
    const step = snapshot.hasStats
      ? followContainer(known, container, nowMs, staleAfterMs)
      : keepContainer(known, info, nowMs, keepsSamples ? staleAfterMs : Number.NEGATIVE_INFINITY);
    if (step.history !== undefined) containers.set(info.id, step.history);
    if (step.history?.cameAtMs === nowMs) renewed += 1;
    if (step.hasRestarted) restarted.push(info.name);
    if (info.knownStatus === 'RUNNING' && step.state !== 'current') withoutStats.push(info.name);
    if (step.state === 'stale' || step.state === 'rewound') stale += 1;
    if (step.hasBegunAnew) begunAnew.add(info.id);
    // A restart makes a new network namespace, unless others hold it.
    if (step.hasBegunAnew && !info.sharesSandbox) begunAnew.add(info.sandbox);
    if (step.state === 'rewound' && sample !== undefined) {
      rewoundTo.set(info.id, sample.readNs).set(info.sandbox, sample.readNs);
    }
    const isCounted = step.state === 'current' || step.state === 'stopped';
    if (isCounted && step.history !== undefined) postings.push(...postingsOf(info, step.history));
    views.push(viewOf(container, step, isSelected(info.name)));
  }
  for (const container of snapshot.internals) {
    const { info } = container;
    const step = followContainer(history.containers.get(info.id), container, nowMs, staleAfterMs);
    if (step.history === undefined) continue;
    containers.set(info.id, step.history);
    if (step.state === 'current') postings.push(...networkPostings(info, step.history));
  }
  // Only a new start time says that every counter began anew; where one merely fell, the others may have gone on.
  const ledger = settle(history.ledger, postings, ({ owner }) => begunAnew.has(owner), rewoundTo);
  const whole = wholeTotals(history.whole, ledger, snapshot.containers);
  // Metadata can miss a container for once (a local endpoint lists only those that run): it is known again then.
  if (history.containers.size <= MAX_ABSENT + snapshot.containers.length) {
    for (const [id, absent] of history.containers) if (!containers.has(id)) containers.set(id, absent);
  }
  const startedNs = history.startedNs ?? earliestStart(snapshot.containers);
  const sampledNs = newestSample(views);
  // Without any current sample the counters are unknown, unless nothing runs.
  const isKnown = sampledNs !== undefined || withoutStats.length === 0;
  const { task, cgroup } = snapshot;
  return {
    history: { containers, ledger, whole, startedNs, statsAtMs: snapshot.hasStats ? nowMs : history.statsAtMs },
    view: {
      task,
      containers: views,
      isIncomplete: snapshot.unknownIds.some((id) => history.containers.has(id)),
      totals: isKnown ? totalsOf(ledger, whole) : {},
      sampledNs,
      startedNs,
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
  { history, state }: Step,
  isSelected: boolean,
): ContainerView {
  const isStartUnknown = history?.isStartUnknown;
  if (history === undefined || state !== 'current') return { info, isStartUnknown, isSelected, isNameTaken };
  const { sample, baseline, countedFromNs, tracks, startedNs } = history;
  const runStartNs = isStartUnknown || info.startedAtNs === undefined ? undefined : startedNs;
  return {
    info,
    sample,
    baseline,
    countedFromNs,
    groups: tracks,
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
function postingsOf(info: ContainerInfo, { sample, tracks }: ContainerHistory): readonly Posting[] {
  const { readNs, cpu, disk } = sample;
  const owner = info.id;
  const posting = (source: string, group: string, counters: TaskTotals): Posting => {
    return { source, owner, readNs, counters, reset: tracks.get(group)?.reset };
  };
  const cpuNs = isHeld(tracks, COUNTER_GROUPS.cpu) ? undefined : cpu?.totalNs;
  return [
    posting(SOURCES.cpu(owner), COUNTER_GROUPS.cpu, cpuNs ? { cpuNs } : {}),
    posting(SOURCES.disk(owner), COUNTER_GROUPS.disk, ownDisk(disk, tracks)),
    ...[...(disk?.byDevice ?? [])].map(([device, counted]) =>
      posting(`disk ${owner} ${device}`, COUNTER_GROUPS.device(device), counted),
    ),
    ...networkPostings(info, { sample, tracks }),
  ];
}

/**
 * What is posted for the container rather than for its devices: what belongs to no named device, so 0 as a rule. A device
 * that leaves then takes nothing away.
 */
function ownDisk(disk: DiskLevels | undefined, tracks: ContainerTracks): DiskCounters {
  if (disk?.byDevice === undefined) return disk?.total ?? {};
  const own: Partial<Record<DiskCounter, number>> = { ...disk.total };
  for (const [group, { accepted }] of tracks) {
    if (!isDevice(group)) continue;
    for (const counter of DISK_COUNTERS) {
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
function networkPostings(
  info: ContainerInfo,
  { sample, tracks }: Pick<ContainerHistory, 'sample' | 'tracks'>,
): readonly Posting[] {
  const { readNs, networks = [] } = sample;
  return [...networks].map(([iface, counters]) => {
    const source = `network ${info.sandbox} ${iface}`;
    const reset = tracks.get(COUNTER_GROUPS.network(iface))?.reset;
    return { source, owner: info.sandbox, readNs, counters, reset, isLasting: info.sharesSandbox };
  });
}

function earliestStart(containers: readonly ContainerSnapshot[]): EpochNs | undefined {
  let earliest: EpochNs | undefined;
  for (const { info } of containers) {
    const { firstStartedNs = info.startedNs } = info;
    if (firstStartedNs !== undefined && (earliest === undefined || firstStartedNs < earliest))
      earliest = firstStartedNs;
  }
  return earliest;
}
