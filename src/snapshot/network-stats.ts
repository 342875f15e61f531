import { amountOf, type InvalidValues, member, objectOf, textOf } from './json-values.ts';

export const INTERFACE_COUNTERS = [
  'rx_bytes',
  'rx_packets',
  'rx_errors',
  'rx_dropped',
  'tx_bytes',
  'tx_packets',
  'tx_errors',
  'tx_dropped',
] as const;
export type InterfaceCounter = (typeof INTERFACE_COUNTERS)[number];
export type InterfaceCounters = Readonly<Partial<Record<InterfaceCounter, number>>>;

/** Interface names have at most 15 characters on Linux. Windows has adapter names and endpoint ids. */
const MAX_NAME = 128;
/** More interfaces than a task can have. */
const MAX_INTERFACES = 64;

/** Parses `networks`, the counters of each interface. Undefined if it is empty or missing (host, none). */
export function parseNetworks(
  value: unknown,
  invalidValues: InvalidValues,
): ReadonlyMap<string, InterfaceCounters> | undefined {
  const networks = objectOf(value, invalidValues);
  if (networks === undefined) return undefined;
  const keys = Object.keys(networks);
  if (keys.length > MAX_INTERFACES) {
    // Without all of them, sums would be a part.
    invalidValues.add('too_many', keys.length);
    return undefined;
  }
  const byName = new Map<string, InterfaceCounters>();
  for (const [key, entry] of Object.entries(networks)) {
    const name = textOf(key, invalidValues, MAX_NAME);
    const counters = objectOf(entry, invalidValues);
    if (name === undefined || counters === undefined) continue;
    if (byName.has(name)) invalidValues.add('duplicate_name');
    else byName.set(name, countersOf(counters, invalidValues));
  }
  return byName.size === 0 ? undefined : byName;
}

function countersOf(entry: Readonly<Record<string, unknown>>, invalidValues: InvalidValues): InterfaceCounters {
  const counters: Partial<Record<InterfaceCounter, number>> = {};
  for (const counter of INTERFACE_COUNTERS) {
    const value = amountOf(member(entry, counter), invalidValues);
    if (value !== undefined) counters[counter] = value;
  }
  return counters;
}
