import {
  type ContainerSnapshot,
  DEVICE_COUNTERS,
  type DeviceCounter,
  type EpochNs,
  INTERFACE_COUNTERS,
  type InterfaceCounter,
} from '../snapshot/snapshot.ts';
import type { TaskTotals, TotalKey } from './view.ts';

/** What one source (a container, or an interface of a network namespace) had counted at its latest reading. */
export interface SourceReading {
  readonly source: string;
  /** The container or network namespace that the source belongs to. */
  readonly owner: string;
  readonly readNs: EpochNs;
  readonly counters: TaskTotals;
  /** Counters that reset since the previous reading. */
  readonly reset?: readonly string[] | undefined;
  /** True where the counters outlive every container that shows them: one that falls was counted in another way before. */
  readonly outlivesContainers?: boolean;
}

/**
 * Counters of the task. Adding up what the containers show now would fall whenever one of them ends or starts again, and
 * a counter that falls reads as a reset, so as a jump of everything that is left. Hence the growth of each source is
 * added instead, and what a source has done stays.
 */
export interface TaskCounters {
  readonly totals: TaskTotals;
  readonly sources: ReadonlyMap<string, SourceReading>;
}

/** A task has tens of sources; a local endpoint that shows a complete machine may go through thousands. */
const MAX_IDLE_SOURCES = 1000;

export const EMPTY_TASK_COUNTERS: TaskCounters = { totals: {}, sources: new Map() };

/**
 * Adds a poll's readings. A reading that is not newer than its source's last one says nothing (in a shared network
 * namespace each container has its own, older or newer, reading of the same counters). A source that posts nothing is kept
 * (stats and metadata can miss a container for once) until such sources are many; what it added stays in any case.
 *
 * @param hasRestarted whether a source's owner began a new life since: its counters start from 0 again.
 * @param setBackTo the stamp of an owner's sample that went back behind the one before: its clock was set back.
 */
export function accumulate(
  taskCounters: TaskCounters,
  readings: readonly SourceReading[],
  hasRestarted: (reading: SourceReading) => boolean,
  setBackTo: ReadonlyMap<string, EpochNs> = new Map(),
): TaskCounters {
  const totals: Partial<Record<TotalKey, number>> = { ...taskCounters.totals };
  const sources = new Map<string, SourceReading>();
  const isFull = taskCounters.sources.size > MAX_IDLE_SOURCES + 2 * readings.length;
  const present = new Set(readings.map(({ source }) => source));
  for (const [source, reading] of taskCounters.sources) {
    if (hasRestarted(reading) || (isFull && !present.has(source))) continue;
    const readNs = setBackTo.get(reading.owner);
    sources.set(source, readNs === undefined ? reading : { ...reading, readNs });
  }
  for (const reading of readings.toSorted(newestFirst)) {
    const last = sources.get(reading.source);
    if (last !== undefined && reading.readNs <= last.readNs) continue;
    // A counter that is missing for once goes on from where it was.
    const counters: Partial<Record<TotalKey, number>> = { ...last?.counters };
    for (const key of keysOf(reading.counters)) {
      const before = counters[key] ?? 0;
      const value = reading.counters[key] ?? 0;
      // Zeros of one container: a counter that outlives the containers does not return to 0.
      if (reading.outlivesContainers && value === 0 && before > 0) continue;
      const hasReset = reading.reset?.includes(key) ?? false;
      totals[key] = (totals[key] ?? 0) + increaseOf(before, value, hasReset, reading.outlivesContainers);
      counters[key] = value;
    }
    sources.set(reading.source, { ...reading, counters });
  }
  return { totals, sources };
}

/** A counter that reset or decreased counts from 0 again, unless it is lasting. */
function increaseOf(before: number, value: number, hasReset: boolean, outlivesContainers = false): number {
  if (outlivesContainers) return Math.max(0, value - before);
  return hasReset || value < before ? value : value - before;
}

/** Of two readings with one time, the more complete one comes first: it lacks no held-back counters. */
function newestFirst(a: SourceReading, b: SourceReading): number {
  if (a.readNs === b.readNs) return keysOf(b.counters).length - keysOf(a.counters).length;
  return a.readNs > b.readNs ? -1 : 1;
}

function keysOf(totals: TaskTotals): readonly TotalKey[] {
  return TOTAL_KEYS.filter((key) => totals[key] !== undefined);
}

const TOTAL_KEYS: readonly TotalKey[] = [
  'cpuNs',
  'rx_bytes',
  'rx_packets',
  'rx_errors',
  'rx_dropped',
  'tx_bytes',
  'tx_packets',
  'tx_errors',
  'tx_dropped',
  'readBytes',
  'writtenBytes',
  'reads',
  'writes',
];

/** The task's totals that are complete: once they are, they stay so. */
export type CompleteTotals = ReadonlySet<'cpu' | 'disk' | 'network'>;

/** Names of a container's sources in the taskCounters. */
export const SOURCES = {
  cpu: (id: string) => `container ${id}`,
  disk: (id: string) => `disk ${id}`,
} as const;

/**
 * A total is complete once every running container has been sampled. Before that, a container without stats would be missing
 * from it, and then appear to do the work of its complete life within one interval. A container that starts later is new, so
 * everything that it counts is growth.
 */
export function completeTotals(
  known: CompleteTotals,
  { sources }: TaskCounters,
  containers: readonly ContainerSnapshot[],
): CompleteTotals {
  const running = containers.filter(({ info }) => info.knownStatus === 'RUNNING');
  const sampled = containers.filter(({ info }) => sources.has(SOURCES.cpu(info.id)));
  const namespaces = new Set(sampled.map(({ info }) => info.networkNamespace));
  const complete = new Set(known);
  if (running.every(({ info }) => sources.get(SOURCES.cpu(info.id))?.counters.cpuNs !== undefined)) complete.add('cpu');
  if (running.every(({ info }) => sources.has(SOURCES.disk(info.id)))) complete.add('disk');
  if (running.every(({ info }) => namespaces.has(info.networkNamespace))) complete.add('network');
  return complete;
}

const KEYS = {
  cpu: ['cpuNs'],
  disk: DEVICE_COUNTERS,
  network: INTERFACE_COUNTERS,
} as const satisfies Record<string, readonly ('cpuNs' | DeviceCounter | InterfaceCounter)[]>;

/** The totals that are complete. */
export function totalsOf({ totals }: TaskCounters, complete: CompleteTotals): TaskTotals {
  const keys: readonly TotalKey[] = [...complete].flatMap((part) => KEYS[part]);
  return Object.fromEntries(keys.map((key) => [key, totals[key]]));
}
