import type { ContainerView, TaskTotals, TaskView } from '../derive/view.ts';
import {
  type ContainerSnapshot,
  DISK_COUNTERS,
  type DiskCounter,
  type DiskCounters,
  type DiskLevels,
  type EpochNs,
  type TaskSnapshot,
} from '../snapshot/snapshot.ts';
import { type ContainerHistory, followContainer } from './container-history.ts';
import { EMPTY_LEDGER, type Ledger, type Posting, settle } from './ledger.ts';

/** What is remembered of the task between polls. */
export interface TaskHistory {
  /** By container id. */
  readonly containers: ReadonlyMap<string, ContainerHistory>;
  readonly ledger: Ledger;
  readonly startedNs?: EpochNs | undefined;
}

export const EMPTY_HISTORY: TaskHistory = { containers: new Map(), ledger: EMPTY_LEDGER };

export interface TaskStep {
  readonly history: TaskHistory;
  readonly view: TaskView;
  /** Names of the containers that began a new life. */
  readonly restarted: readonly string[];
  /** How many containers have stats that do not speak for the present. */
  readonly stale: number;
}

export interface StepOptions {
  /** Monotonic clock. */
  readonly nowMs: number;
  /** How long a sample that is not renewed speaks for the present. */
  readonly staleAfterMs: number;
  readonly isSelected: (name: string) => boolean;
}

/** So many containers that the metadata no longer names are remembered; where they are more, all of them are forgotten. */
const MAX_ABSENT = 1000;

/** Follows the task by one poll. Pure. */
export function followTask(history: TaskHistory, snapshot: TaskSnapshot, options: StepOptions): TaskStep {
  const containers = new Map<string, ContainerHistory>();
  const views: ContainerView[] = [];
  const restarted: string[] = [];
  let stale = 0;
  const begunAnew = new Set<string>();
  const rewoundTo = new Map<string, EpochNs>();
  for (const container of snapshot.containers) {
    const { info } = container;
    const step = followContainer(history.containers.get(info.id), container, options.nowMs, options.staleAfterMs);
    if (step.history !== undefined) containers.set(info.id, step.history);
    if (step.hasRestarted) restarted.push(info.name);
    if (container.sample !== undefined && !step.isCurrent) stale += 1;
    if (step.hasBegunAnew) begunAnew.add(info.id);
    // A restart makes a new network namespace, unless others hold it.
    if (step.hasBegunAnew && !info.sharesSandbox) begunAnew.add(info.sandbox);
    if (step.hasRewound && container.sample !== undefined) {
      rewoundTo.set(info.id, container.sample.readNs).set(info.sandbox, container.sample.readNs);
    }
    const isSelected = container.isNameless !== true && options.isSelected(info.name);
    views.push(viewOf(container, step.history, step.isCurrent, isSelected));
  }
  const postings = [...views.flatMap(postingsOf), ...snapshot.internals.flatMap(networkPostings)];
  // Only a new start time says that every counter began anew; where one merely fell, the others may have gone on.
  const ledger = settle(history.ledger, postings, ({ owner }) => begunAnew.has(owner), rewoundTo);
  // Metadata can miss a container for once (a local endpoint lists only those that run): it is known again then.
  if (history.containers.size <= MAX_ABSENT + snapshot.containers.length) {
    for (const [id, absent] of history.containers) if (!containers.has(id)) containers.set(id, absent);
  }
  const startedNs = history.startedNs ?? earliestStart(snapshot.containers);
  return {
    history: { containers, ledger, startedNs },
    view: { task: snapshot.task, containers: views, totals: ledger.totals, startedNs, cgroup: snapshot.cgroup },
    restarted,
    stale,
  };
}

function viewOf(
  { info, sample: given }: ContainerSnapshot,
  history: ContainerHistory | undefined,
  isCurrent: boolean,
  isSelected: boolean,
): ContainerView {
  if (history === undefined || !isCurrent) return { info, isSelected, isStale: given !== undefined };
  const { sample, baseline, countedFromNs } = history;
  return { info, sample, baseline, countedFromNs, isSelected };
}

/** What a container, and each interface of its network namespace, has counted. */
function postingsOf(container: ContainerSnapshot): readonly Posting[] {
  const { info, sample } = container;
  if (sample === undefined) return [];
  const counters: TaskTotals = { ...ownDisk(sample.disk), ...(sample.cpu && { cpuNs: sample.cpu.totalNs }) };
  const own = { source: `container ${info.id}`, owner: info.id, readNs: sample.readNs, counters };
  const devices = [...(sample.disk?.byDevice ?? [])].map(([device, counted]) => {
    return { source: `disk ${info.id} ${device}`, owner: info.id, readNs: sample.readNs, counters: counted };
  });
  return [own, ...devices, ...networkPostings(container)];
}

/**
 * What is posted for the container rather than for its devices: what belongs to no named device, so 0 as a rule. A device
 * that leaves then takes nothing away.
 */
function ownDisk(disk: DiskLevels | undefined): DiskCounters {
  if (disk?.byDevice === undefined) return disk?.total ?? {};
  const own: Partial<Record<DiskCounter, number>> = { ...disk.total };
  for (const counters of disk.byDevice.values()) {
    for (const counter of DISK_COUNTERS) {
      const total = own[counter];
      if (total !== undefined) own[counter] = Math.max(0, total - (counters[counter] ?? 0));
    }
  }
  return own;
}

/**
 * The pause container's too: agents before 1.43 gave an awsvpc task's counters to it alone. A namespace that is shared
 * lasts as long as the task; agents before 1.100 divide its counters by the number of containers, so they can fall.
 */
function networkPostings({ info, sample }: ContainerSnapshot): readonly Posting[] {
  if (sample === undefined) return [];
  const { readNs, networks = [] } = sample;
  return [...networks].map(([iface, counters]) => {
    const source = `network ${info.sandbox} ${iface}`;
    return { source, owner: info.sandbox, readNs, counters, isLasting: info.sharesSandbox };
  });
}

function earliestStart(containers: readonly ContainerSnapshot[]): EpochNs | undefined {
  let earliest: EpochNs | undefined;
  for (const { info } of containers) {
    if (info.startedNs !== undefined && (earliest === undefined || info.startedNs < earliest))
      earliest = info.startedNs;
  }
  return earliest;
}
