import {
  type ContainerSnapshot,
  DISK_COUNTERS,
  type DiskCounter,
  INTERFACE_COUNTERS,
  type InterfaceCounter,
} from '../snapshot/snapshot.ts';
import type { Ledger } from './ledger.ts';
import type { TaskTotals, TotalKey } from './view.ts';

/** The task's totals that are complete: once they are, they stay so. */
export type WholeTotals = ReadonlySet<'cpu' | 'disk' | 'network'>;

/** Names of a container's sources in the ledger. */
export const SOURCES = {
  cpu: (id: string) => `container ${id}`,
  disk: (id: string) => `disk ${id}`,
} as const;

/**
 * A total is complete once every running container has been sampled. Before that, a container without stats would be missing
 * from it, and then appear to do the work of its whole life within one interval. A container that starts later is new, so
 * everything that it counts is growth.
 */
export function wholeTotals(
  known: WholeTotals,
  { sources }: Ledger,
  containers: readonly ContainerSnapshot[],
): WholeTotals {
  const running = containers.filter(({ info }) => info.knownStatus === 'RUNNING');
  const sampled = containers.filter(({ info }) => sources.has(SOURCES.cpu(info.id)));
  const namespaces = new Set(sampled.map(({ info }) => info.sandbox));
  const whole = new Set(known);
  if (running.every(({ info }) => sources.get(SOURCES.cpu(info.id))?.counters.cpuNs !== undefined)) whole.add('cpu');
  if (running.every(({ info }) => sources.has(SOURCES.disk(info.id)))) whole.add('disk');
  if (running.every(({ info }) => namespaces.has(info.sandbox))) whole.add('network');
  return whole;
}

const KEYS = {
  cpu: ['cpuNs'],
  disk: DISK_COUNTERS,
  network: INTERFACE_COUNTERS,
} as const satisfies Record<string, readonly ('cpuNs' | DiskCounter | InterfaceCounter)[]>;

/** The totals that are complete. */
export function totalsOf({ totals }: Ledger, whole: WholeTotals): TaskTotals {
  const keys: readonly TotalKey[] = [...whole].flatMap((part) => KEYS[part]);
  return Object.fromEntries(keys.map((key) => [key, totals[key]]));
}
