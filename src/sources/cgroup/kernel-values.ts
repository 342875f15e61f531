import { SENTINEL } from '../../snapshot/values.ts';

/** What the files of one cgroup say, in the units of neither version: nanoseconds, bytes, microseconds of the quota. */
export interface KernelValues {
  readonly cpuNs?: number | undefined;
  readonly periods?: number | undefined;
  readonly throttledPeriods?: number | undefined;
  readonly throttledNs?: number | undefined;
  /** Undefined also where none is set. */
  readonly quotaUs?: number | undefined;
  readonly periodUs?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly memoryPeakBytes?: number | undefined;
  /** Undefined also where none is set. */
  readonly memoryLimitBytes?: number | undefined;
  readonly memoryLimitHits?: number | undefined;
  /** On cgroup v1 those of processes of this very cgroup, on v2 of the cgroups below it too. */
  readonly oomKills?: number | undefined;
}

/** v1 has a hierarchy for each controller (or a few), v2 one for all. */
export const CONTROLLERS = ['cpu', 'cpuacct', 'memory'] as const;
export type Controller = (typeof CONTROLLERS)[number];

/** Told of each text that is not what the kernel writes. */
export type Complain = () => void;

export interface CgroupFile {
  /** The file's name, below the cgroup's folder. */
  readonly name: string;
  readonly parse: (text: string, complain: Complain) => KernelValues;
}

/** What is read of one version, by the controller whose folder it is in. */
export type CgroupFiles = Readonly<Partial<Record<Controller, readonly CgroupFile[]>>>;

/** A counter or an amount: digits alone, and no sentinel. */
export function amountIn(text: string, complain: Complain): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value < SENTINEL) return value;
  complain();
  return undefined;
}

/** A limit: undefined for v2's `max`, v1's `-1`, and the sentinels that v1 has for "none". */
export function limitIn(text: string, complain: Complain): number | undefined {
  if (text === 'max' || text === '-1') return undefined;
  if (/^\d+$/.test(text) && Number(text) >= SENTINEL) return undefined;
  return amountIn(text, complain);
}

/**
 * Amounts of a file of `key value` lines. A key that is missing is an older kernel's, or that of a controller which is
 * off; a file without any of the keys is another file.
 */
export function keyedIn<Key extends string>(
  text: string,
  keys: readonly Key[],
  complain: Complain,
): Readonly<Partial<Record<Key, number>>> {
  const lines = new Map(
    text.split('\n').map((line): [string, string] => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)];
    }),
  );
  const found: Partial<Record<Key, number>> = {};
  for (const key of keys) {
    const value = lines.get(key);
    const amount = value === undefined ? undefined : amountIn(value, complain);
    if (amount !== undefined) found[key] = amount;
  }
  if (!keys.some((key) => lines.has(key))) complain();
  return found;
}

/** Why values of the task's cgroup are missing. Stable: operators see these as the reason of `exporter_cgroup_failures`. */
export const CGROUP_FAILURES = ['not_found', 'unreadable', 'malformed', 'timeout'] as const;

export type CgroupFailure = (typeof CGROUP_FAILURES)[number];
