import type { EpochNs } from '../snapshot/snapshot.ts';

/** Cumulative values of one source, such as a network interface. */
export type Counters = Readonly<Partial<Record<string, number | undefined>>>;

/** State of a group of counters between readings. */
export interface CounterState {
  /** The last accepted value of each counter. */
  readonly accepted: Counters;
  /** When those values were read. */
  readonly readNs: EpochNs;
  /** Values below the accepted ones, from a zero reading or a reset. Not exported until the next reading. */
  readonly held?: Counters | undefined;
  /** Start time of each counter that has reset. */
  readonly starts?: StartTimes | undefined;
  /** Counters that reset with this reading. */
  readonly reset?: readonly string[] | undefined;
}

export type StartTimes = Readonly<Record<string, EpochNs>>;

export interface CounterReading {
  readonly counters: Counters;
  readonly readNs: EpochNs;
  /** Start of a new run, if one began since the last reading. It explains decreases. */
  readonly restartNs?: EpochNs | undefined;
  /** Start of the run that began before the last reading, if it was reported only now. */
  readonly lateRestartNs?: EpochNs | undefined;
  /** True if this reading shows that the held-back values were a reset. */
  readonly isReset: boolean;
}

/**
 * Updates a group of counters with a reading. A counter that decreases without a restart is held back, because Docker
 * occasionally reports zeros for a running container. It is a reset only if the next reading continues from the low value.
 *
 * @see https://github.com/aws/amazon-ecs-agent/issues/378
 */
export function updateCounters(state: CounterState | undefined, reading: CounterReading): CounterState {
  const { counters, readNs, restartNs, lateRestartNs, isReset } = reading;
  if (state === undefined) return { accepted: counters, readNs };
  const { accepted, held = {}, starts } = state;
  const reset = isReset ? Object.keys(held) : [];
  const decreased = Object.keys(counters).filter((key) => isLess(counters[key], accepted[key]) && !reset.includes(key));
  if (decreased.length === 0 && reset.length === 0) return { accepted: merge(accepted, counters), readNs, starts };
  if (restartNs !== undefined) reset.push(...decreased.splice(0));
  const startTimes = reset.map((key) => [key, restartNs ?? lateRestartNs ?? state.readNs] as const);
  const pick = (from: Counters): Counters => Object.fromEntries(decreased.map((key) => [key, from[key]]));
  return {
    accepted: { ...merge(accepted, counters), ...pick(accepted) },
    readNs: decreased.length === 0 ? readNs : state.readNs,
    held: decreased.length === 0 ? undefined : pick(counters),
    starts: { ...starts, ...Object.fromEntries(startTimes) },
    reset,
  };
}

/** Whether a counter has increased from a held-back value, and is still below the accepted one. */
export function continuesFromHeld({ accepted, held }: CounterState, counters: Counters): boolean {
  if (held === undefined) return false;
  return Object.keys(held).some((key) => isLess(held[key], counters[key]) && isLess(counters[key], accepted[key]));
}

/** The group without held-back counters. */
export function withoutHeld<Group extends Counters>(group: Group, state: CounterState | undefined): Partial<Group> {
  if (state?.held === undefined) return group;
  const rest: Partial<Group> = { ...group };
  for (const key of Object.keys(state.held)) Reflect.deleteProperty(rest, key);
  return rest;
}

export function isLess(a: number | undefined, b: number | undefined): boolean {
  return a !== undefined && b !== undefined && a < b;
}

/** A counter that is missing from a reading keeps its last value. */
function merge(accepted: Counters, counters: Counters): Counters {
  const missing = Object.keys(accepted).filter((key) => counters[key] === undefined);
  if (missing.length === 0) return counters;
  return { ...counters, ...Object.fromEntries(missing.map((key) => [key, accepted[key]])) };
}
