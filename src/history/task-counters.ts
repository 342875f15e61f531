import {
  type ContainerSnapshot,
  DEVICE_COUNTERS,
  type DeviceCounter,
  type EpochNs,
  INTERFACE_COUNTERS,
  type InterfaceCounter,
} from '../snapshot/snapshot.ts';
import { SOURCES, type SourceReading } from './source-readings.ts';
import type { TaskTotals, TotalKey } from './view.ts';

/**
 * Counters of the task: the accumulated increases of all sources. A sum of the current counters would decrease when a
 * container stops or restarts, and a decrease looks like a reset, after which the remaining sum would be counted again.
 */
export interface TaskCounters {
  readonly totals: TaskTotals;
  /** Last reading of each source, by its name. */
  readonly sources: ReadonlyMap<string, SourceReading>;
}

/** A task has tens of sources. A local endpoint for a whole machine can accumulate thousands. */
const MAX_IDLE_SOURCES = 1000;

export const EMPTY_TASK_COUNTERS: TaskCounters = { totals: {}, sources: new Map() };

/**
 * Adds the readings of a poll. Readings that are not newer than the last one of their source are ignored: in a shared network
 * namespace, the containers report the same counters, read at different times. A source without a reading is kept, because a
 * poll can miss a container, until there are too many such sources. Its contribution to the totals remains in any case.
 *
 * @param hasRestarted whether the owner of a source has restarted, so that its counters start from 0
 * @param setBackTo times of samples that are older than the previous ones, by owner
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
    // A counter that is missing from a reading continues from its last value.
    const counters: Partial<Record<TotalKey, number>> = { ...last?.counters };
    for (const key of keysOf(reading.counters)) {
      const previous = counters[key] ?? 0;
      const value = reading.counters[key] ?? 0;
      // A zero reading of one container: a counter that outlives the containers does not return to 0.
      if (reading.outlivesContainers && value === 0 && previous > 0) continue;
      const hasReset = reading.reset?.includes(key) ?? false;
      totals[key] = (totals[key] ?? 0) + increaseOf(previous, value, hasReset, reading.outlivesContainers);
      counters[key] = value;
    }
    sources.set(reading.source, { ...reading, counters });
  }
  return { totals, sources };
}

/** A counter that was reset or has decreased counts from 0, unless it outlives the containers. */
function increaseOf(previous: number, value: number, hasReset: boolean, outlivesContainers = false): number {
  if (outlivesContainers) return Math.max(0, value - previous);
  return hasReset || value < previous ? value : value - previous;
}

/** Of two readings with the same time, the more complete one comes first. */
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

/** Totals of the task that include every container. Once complete, a total stays complete. */
export type CompleteTotals = ReadonlySet<'cpu' | 'disk' | 'network'>;

/**
 * A total is complete once every running container has been sampled. An earlier total would jump when the counters of the
 * missing container are added. Containers that start later are new, so all of their counters are increases.
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

const TOTALS = {
  cpu: ['cpuNs'],
  disk: DEVICE_COUNTERS,
  network: INTERFACE_COUNTERS,
} as const satisfies Record<string, readonly ('cpuNs' | DeviceCounter | InterfaceCounter)[]>;

/** The totals that are complete. */
export function totalsOf({ totals }: TaskCounters, complete: CompleteTotals): TaskTotals {
  const keys: readonly TotalKey[] = [...complete].flatMap((part) => TOTALS[part]);
  return Object.fromEntries(keys.map((key) => [key, totals[key]]));
}
