import { short } from './statistics.ts';

/**
 * How far a figure may exceed its target before `--check` fails, as a share of the target. Targets apply to a quiet
 * machine; tolerances are the variation between runs on two shared cores.
 */
const TOLERANCE = {
  /** The time of a garbage collection shifts RSS by a few MB of 60. */
  memory: 0.1,
  /** Other processes on the same cores add to wall-clock times. */
  time: 0.5,
  /** Other processes affect CPU time through the caches only. */
  cpu: 0.3,
  /** Both sides vary, and the smaller one is a time of a few ms. */
  ratio: 0.3,
  /** RSS is a sawtooth, so the slope depends on where it ends. */
  growth: 0.5,
  /** Counts do not vary. */
  count: 0,
} as const;

/** A figure with an upper limit. */
interface Target {
  readonly what: string;
  readonly containers?: number;
  readonly limit: number;
  readonly unit: string;
  readonly kind: keyof typeof TOLERANCE;
}

/** Upper limits, in the order of the output. */
export const TARGETS = {
  'pull rss': {
    what: 'RSS, pull, after these scrapes and polls',
    containers: 10,
    limit: 60,
    unit: 'MB',
    kind: 'memory',
  },
  'pull rss to bare': {
    what: '- relative to a bare server',
    containers: 10,
    limit: 1.35,
    unit: '×',
    kind: 'memory',
  },
  'push rss': { what: 'RSS, OTLP push, after these exports', containers: 10, limit: 65, unit: 'MB', kind: 'memory' },
  start: { what: 'start to first good scrape', containers: 10, limit: 250, unit: 'ms', kind: 'time' },
  'start to empty': { what: '- relative to `node -e 0`', containers: 10, limit: 3, unit: '×', kind: 'ratio' },
  'warm p50 of 10': { what: 'scrape of the same sample, p50', containers: 10, limit: 0.5, unit: 'ms', kind: 'time' },
  'warm p50 of 1000': { what: 'scrape of the same sample, p50', containers: 1000, limit: 5, unit: 'ms', kind: 'time' },
  'cold p50 of 10': { what: 'scrape of a new sample, p50', containers: 10, limit: 3, unit: 'ms', kind: 'time' },
  'cold p50 of 50': { what: 'scrape of a new sample, p50', containers: 50, limit: 10, unit: 'ms', kind: 'time' },
  'cold p50 of 1000': { what: 'scrape of a new sample, p50', containers: 1000, limit: 300, unit: 'ms', kind: 'time' },
  // Linear growth is 1, or less with a fixed part; quadratic would be 20.
  'cold growth': { what: '- per series, 1000 containers relative to 50', limit: 2, unit: '×', kind: 'ratio' },
  'usual cpu': {
    what: 'CPU, a poll and a scrape every 15 s',
    containers: 10,
    limit: 0.1,
    unit: '% of a core',
    kind: 'cpu',
  },
  'series cpu of 10': {
    what: 'CPU of a new sample per series',
    containers: 10,
    limit: 10,
    unit: 'µs',
    kind: 'cpu',
  },
  'series cpu of 1000': {
    what: 'CPU of a new sample per series',
    containers: 1000,
    limit: 10,
    unit: 'µs',
    kind: 'cpu',
  },
  'crowd p99': { what: '200 scrapes at once, p99', containers: 10, limit: 100, unit: 'ms', kind: 'time' },
  'crowd requests': { what: '- requests to the endpoint', containers: 10, limit: 0, unit: '', kind: 'count' },
  'crowd failures': { what: '- failed', containers: 10, limit: 0, unit: '', kind: 'count' },
  'crowd rss': { what: '- RSS after them', containers: 10, limit: 75, unit: 'MB', kind: 'memory' },
  'crowd rss left': { what: '- still held when idle', containers: 10, limit: 5, unit: 'MB', kind: 'memory' },
  'large rss': {
    what: 'RSS after these scrapes of new samples',
    containers: 1000,
    limit: 200,
    unit: 'MB',
    kind: 'memory',
  },
  'soak slope': { what: 'soak: growth of RSS in 10,000 polls', limit: 1, unit: 'MB', kind: 'growth' },
  'soak descriptors': { what: 'soak: growth of open descriptors', limit: 5, unit: '', kind: 'count' },
  'soak series': { what: 'soak: change of the series count', limit: 0, unit: '', kind: 'count' },
} as const satisfies Readonly<Record<string, Target>>;

export type TargetName = keyof typeof TARGETS;

/** Records a figure, replacing an earlier one of the same name. */
export type Note = (name: TargetName, value: number) => void;

export interface Verdict {
  readonly name: TargetName;
  readonly value: number;
  readonly isMet: boolean;
  /** Met, or missed within the tolerance. NaN is neither. */
  readonly isTolerable: boolean;
}

/** Compares figures with targets, in the order of the targets. Targets without a figure are left out. */
export function judge(measured: ReadonlyMap<TargetName, number>): readonly Verdict[] {
  return targetNames().flatMap((name) => {
    const value = measured.get(name);
    if (value === undefined) return [];
    const { limit, kind }: Target = TARGETS[name];
    return [{ name, value, isMet: value <= limit, isTolerable: value <= limit * (1 + TOLERANCE[kind]) }];
  });
}

/** A line of the table of targets. */
export function verdictLine({ name, value, isMet, isTolerable }: Verdict): readonly string[] {
  const { what, containers, limit, unit }: Target = TARGETS[name];
  const withUnit = (number: string): string => (unit === '' ? number : `${number} ${unit}`);
  const mark = isMet ? '✓' : isTolerable ? '✗ within tolerance' : '✗ missed';
  return [
    what,
    containers === undefined ? '' : String(containers),
    `≤ ${withUnit(String(limit))}`,
    withUnit(short(value)),
    mark,
  ];
}

function targetNames(): readonly TargetName[] {
  return Object.keys(TARGETS).filter((name) => isTarget(name));
}

function isTarget(name: string): name is TargetName {
  return Object.hasOwn(TARGETS, name);
}
