import { SENTINEL } from '../../snapshot/json-values.ts';

/** Values of one cgroup, in units that both versions share: nanoseconds and bytes; the quota in microseconds. */
export interface KernelValues {
  readonly cpuNs?: number | undefined;
  readonly periods?: number | undefined;
  readonly throttledPeriods?: number | undefined;
  readonly throttledNs?: number | undefined;
  /** Also undefined without a quota. */
  readonly quotaUs?: number | undefined;
  readonly periodUs?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly memoryPeakBytes?: number | undefined;
  /** Also undefined without a limit. */
  readonly memoryLimitBytes?: number | undefined;
  readonly memoryLimitHits?: number | undefined;
  /** cgroup v1: kills of processes in this cgroup only; v2: in its descendants too. */
  readonly oomKills?: number | undefined;
}

/** v1 has one hierarchy per controller or group of controllers; v2 has one for all. */
export const CONTROLLERS = ['cpu', 'cpuacct', 'memory'] as const;
export type Controller = (typeof CONTROLLERS)[number];

/** Called for each file with malformed content. */
export type OnMalformed = () => void;

export interface KernelFile {
  /** Name within the directory of the cgroup. */
  readonly name: string;
  readonly parse: (text: string, onMalformed: OnMalformed) => KernelValues;
}

/** The files of one cgroup version, by the controller whose directory has them. */
export type KernelFiles = Readonly<Partial<Record<Controller, readonly KernelFile[]>>>;

/**
 * cgroup v1: mostly one value per file, times in nanoseconds.
 *
 * @see https://docs.kernel.org/scheduler/sched-bwc.html
 * @see https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 */
export const VERSION_1: KernelFiles = {
  cpu: [
    {
      name: 'cpu.stat',
      parse(text, onMalformed) {
        const stat = keyedAmounts(text, ['nr_periods', 'nr_throttled', 'throttled_time'], onMalformed);
        return { periods: stat.nr_periods, throttledPeriods: stat.nr_throttled, throttledNs: stat.throttled_time };
      },
    },
    limitFile('cpu.cfs_quota_us', 'quotaUs'),
    amountFile('cpu.cfs_period_us', 'periodUs'),
  ],
  cpuacct: [amountFile('cpuacct.usage', 'cpuNs')],
  memory: [
    amountFile('memory.usage_in_bytes', 'memoryBytes'),
    amountFile('memory.max_usage_in_bytes', 'memoryPeakBytes'),
    limitFile('memory.limit_in_bytes', 'memoryLimitBytes'),
    amountFile('memory.failcnt', 'memoryLimitHits'),
  ],
};

/**
 * v1 counts an OOM kill only in the cgroup of the killed process, so kills are read from the cgroups of the containers.
 * `oom_kill` exists since Linux 4.13.
 */
export const VERSION_1_KILLS: KernelFile = {
  name: 'memory.oom_control',
  parse: (text, onMalformed) => ({ oomKills: keyedAmounts(text, ['under_oom', 'oom_kill'], onMalformed).oom_kill }),
};

/**
 * cgroup v2: times in microseconds. The events of a cgroup include those of its descendants, removed ones too.
 *
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
 */
export const VERSION_2: KernelFiles = {
  cpu: [
    {
      name: 'cpu.stat',
      parse(text, onMalformed) {
        const keys = ['usage_usec', 'nr_periods', 'nr_throttled', 'throttled_usec'] as const;
        const stat = keyedAmounts(text, keys, onMalformed);
        return {
          cpuNs: inNs(stat.usage_usec),
          periods: stat.nr_periods,
          throttledPeriods: stat.nr_throttled,
          throttledNs: inNs(stat.throttled_usec),
        };
      },
    },
    {
      name: 'cpu.max',
      parse(text, onMalformed) {
        const [quota = '', period = ''] = text.trim().split(' ');
        return { quotaUs: limitIn(quota, onMalformed), periodUs: amountIn(period, onMalformed) };
      },
    },
  ],
  memory: [
    amountFile('memory.current', 'memoryBytes'),
    // Since Linux 5.19.
    amountFile('memory.peak', 'memoryPeakBytes'),
    limitFile('memory.max', 'memoryLimitBytes'),
    {
      name: 'memory.events',
      parse(text, onMalformed) {
        const events = keyedAmounts(text, ['max', 'oom_kill'], onMalformed);
        return { memoryLimitHits: events.max, oomKills: events.oom_kill };
      },
    },
  ],
};

function amountFile(name: string, key: keyof KernelValues): KernelFile {
  return { name, parse: (text, onMalformed) => ({ [key]: amountIn(text.trim(), onMalformed) }) };
}

function limitFile(name: string, key: keyof KernelValues): KernelFile {
  return { name, parse: (text, onMalformed) => ({ [key]: limitIn(text.trim(), onMalformed) }) };
}

function inNs(microseconds: number | undefined): number | undefined {
  return microseconds === undefined ? undefined : microseconds * 1000;
}

/** A counter or an amount: digits only, below any sentinel. */
function amountIn(text: string, onMalformed: OnMalformed): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value < SENTINEL) return value;
  onMalformed();
  return undefined;
}

/** A limit; undefined for `max` (v2), `-1` and the sentinels that v1 uses for "no limit". */
export function limitIn(text: string, onMalformed: OnMalformed): number | undefined {
  if (text === 'max' || text === '-1') return undefined;
  if (/^\d+$/.test(text) && Number(text) >= SENTINEL) return undefined;
  return amountIn(text, onMalformed);
}

/**
 * Amounts in a file of `key value` lines. Older kernels and disabled controllers omit keys; a file without any of the
 * keys is malformed.
 */
function keyedAmounts<Key extends string>(
  text: string,
  keys: readonly Key[],
  onMalformed: OnMalformed,
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
    const amount = value === undefined ? undefined : amountIn(value, onMalformed);
    if (amount !== undefined) found[key] = amount;
  }
  if (!keys.some((key) => lines.has(key))) onMalformed();
  return found;
}
