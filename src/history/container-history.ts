import { hasCpuTime } from '../snapshot/cpu-stats.ts';
import type { ContainerInfo, ContainerSample, ContainerSnapshot, CpuReading, EpochNs } from '../snapshot/snapshot.ts';
import { type ContainerCounters, updateContainerCounters } from './container-counters.ts';
import { isLess } from './counter-state.ts';
import { COUNTER_GROUPS, isHeld, type PreviousCpu } from './view.ts';

/** A CPU reading and its arrival on the monotonic clock; undefined for a `precpu_stats`, which arrives with its sample. */
interface CpuArrival extends CpuReading {
  readonly arrivedAtMs?: number | undefined;
}

/** What is remembered of one container between polls. */
export interface ContainerHistory {
  /** The newest sample, by its own stamp, without counters that are held back. */
  readonly sample: ContainerSample;
  /** When the sample arrived, on the monotonic clock. */
  readonly arrivedAtMs: number;
  /** The newest accepted CPU reading: the sample's, unless that one is held back. */
  readonly cpu?: CpuArrival | undefined;
  /** A later reading with less CPU time: the next reading shows whether it was a reset. */
  readonly heldCpu?: CpuArrival | undefined;
  /** The CPU reading that the sample is compared with, of the same run. */
  readonly previousCpu?: PreviousCpu | undefined;
  readonly counterStates: ContainerCounters;
  /** Start of the run that the sample is of. */
  readonly runStartNs?: EpochNs | undefined;
  /** True if a restart was counted but its time was not reported. */
  readonly isStartUnknown: boolean;
  readonly restartCount?: number | undefined;
  /** Start of the container's counters: a start time, or the last reading before a reset of its CPU time. */
  readonly startTimeNs?: EpochNs | undefined;
}

/**
 * State of a container's stats after a poll.
 *
 * - `current`: the sample in the history is valid now.
 * - `none`: no stats.
 * - `stale`: the sample has not been renewed for too long.
 * - `rewound`: the clock was set back, or the sample is an older one.
 * - `stopped`: the last sample of a container that has stopped: its counters are final, its gauges have ended.
 */
export type SampleState = 'current' | 'none' | 'stale' | 'out-of-order' | 'stopped';

/** How a new snapshot of a container follows on its history. */
export interface ContainerUpdate {
  readonly history?: ContainerHistory | undefined;
  readonly state: SampleState;
  /** A new run began since the last sample. */
  readonly hasRestarted: boolean;
  /** True if a new start time shows that all counters reset. */
  readonly isFullReset: boolean;
}

/** Docker reads `precpu_stats` 1 s before the sample, polling agents up to 20 s; after a larger gap the clock has jumped. */
const MAX_PRECPU_AGE_NS = 60_000_000_000n;

/**
 * Advances the history of one container by one poll.
 * A run begins with a new start (StartedAt, or FinishedAt after a restart by a restart policy) or a higher RestartCount. The
 * agent adds up the counters of all runs of a container with a restart policy, so they continue; otherwise they reset. CPU
 * time that decreases without either is held back for one sample, and is a reset only if the next sample continues from it.
 *
 * @see https://github.com/aws/amazon-ecs-agent/blob/master/agent/stats/queue.go
 */
export function updateContainer(
  history: ContainerHistory | undefined,
  { info, sample }: ContainerSnapshot,
  nowMs: number,
  staleAfterMs: number,
): ContainerUpdate {
  const step = updateSample(history, info, sample, nowMs, staleAfterMs);
  const isLast = step.state === 'current' || step.state === 'stale';
  return info.knownStatus === 'STOPPED' && isLast ? { ...step, state: 'stopped' } : step;
}

/** For a poll that could not read `/task/stats`: keeps the last sample while it is valid. */
export function keepContainer(
  history: ContainerHistory | undefined,
  info: ContainerInfo,
  nowMs: number,
  validForMs: number,
): ContainerUpdate {
  const isValid = history !== undefined && nowMs - history.arrivedAtMs <= validForMs;
  return sameRun(history, isValid && info.knownStatus !== 'STOPPED' ? 'current' : 'none');
}

function updateSample(
  history: ContainerHistory | undefined,
  info: ContainerInfo,
  sample: ContainerSample | undefined,
  nowMs: number,
  staleAfterMs: number,
): ContainerUpdate {
  if (sample === undefined) return sameRun(history, 'none');
  if (history === undefined) return sameRun(firstHistory(info, sample, nowMs), 'current');
  if (sample.readNs === history.sample.readNs) {
    return sameRun(history, nowMs - history.arrivedAtMs <= staleAfterMs ? 'current' : 'stale');
  }
  if (sample.readNs < history.sample.readNs) {
    const cpu = withCpuTime(arrived(sample, nowMs), history.runStartNs);
    return sameRun(
      { ...history, sample, cpu, heldCpu: undefined, previousCpu: undefined, arrivedAtMs: nowMs },
      'out-of-order',
    );
  }
  return advance(history, info, sample, nowMs);
}

function sameRun(history: ContainerHistory | undefined, state: SampleState): ContainerUpdate {
  return { history, state, hasRestarted: false, isFullReset: false };
}

/** The metadata is read after the stats, which may be 10 s old, so it can describe a run that has no sample yet. */
function isAhead({ runStartNs }: ContainerInfo, sample: ContainerSample): boolean {
  return runStartNs !== undefined && runStartNs > sample.readNs;
}

function firstHistory(info: ContainerInfo, sample: ContainerSample, nowMs: number): ContainerHistory {
  const ahead = isAhead(info, sample);
  const runStartNs = ahead ? undefined : info.runStartNs;
  const { restartCount, firstRunStartNs = info.runStartNs } = info;
  const startTimeNs = restartCount === undefined ? runStartNs : firstRunStartNs;
  const firstRunNs = restartCount === undefined ? undefined : runStartNs;
  const own = arrived(sample, nowMs);
  const precpu = validPrecpu(sample, runStartNs);
  const { counterStates, ...followed } = updateContainerCounters(initialCounters(precpu), sample, info, {
    isFullReset: false,
    firstRunNs,
  });
  const isCpuHeld = isHeld(counterStates, COUNTER_GROUPS.cpu);
  return {
    sample: followed.sample,
    counterStates,
    cpu: isCpuHeld ? precpu : withCpuTime(own, runStartNs),
    heldCpu: isCpuHeld ? own : undefined,
    previousCpu: isCpuHeld ? undefined : precpu,
    arrivedAtMs: nowMs,
    runStartNs,
    isStartUnknown: false,
    restartCount: ahead ? undefined : restartCount,
    startTimeNs: startTimeNs !== undefined && startTimeNs > sample.readNs ? undefined : startTimeNs,
  };
}

function advance(
  history: ContainerHistory,
  info: ContainerInfo,
  given: ContainerSample,
  nowMs: number,
): ContainerUpdate {
  const last = history.sample;
  const ahead = isAhead(info, given);
  const runStartNs = ahead ? history.runStartNs : (info.runStartNs ?? history.runStartNs);
  const restartCount = ahead ? history.restartCount : (info.restartCount ?? history.restartCount);
  const isNewStart = runStartNs !== history.runStartNs && runStartNs !== undefined;
  const isStartReported = isNewStart && runStartNs >= last.readNs;
  // The reading before a decrease is the last one that certainly belongs to the previous run.
  const lastReadNs = (history.heldCpu && history.cpu?.readNs) ?? last.readNs;
  const lateRestartNs = isNewStart && !isStartReported && runStartNs > lastReadNs ? runStartNs : undefined;
  const isRestart = isStartReported || isLess(history.restartCount, restartCount);
  const own = arrived(given, nowMs);
  const hasDecreased = isLess(own?.cpu.totalNs, history.cpu?.cpu.totalNs);
  // Whether the agent adds the runs up shows only in a CPU time that is filled in: the next sample decides.
  if (isRestart && info.restartCount !== undefined && own?.cpu.totalNs === 0) return sameRun(history, 'none');
  const isSummed = info.restartCount !== undefined && !hasDecreased;
  const isFullReset = isStartReported && !isSummed;
  const restartNs = isStartReported ? runStartNs : lastReadNs;
  const { sample, counterStates, isCpuReset } = updateContainerCounters(history.counterStates, given, info, {
    restartNs: isRestart ? restartNs : undefined,
    isFullReset: isFullReset,
    isSummed,
    lateRestartNs,
  });
  const isCpuHeld = isHeld(counterStates, COUNTER_GROUPS.cpu);
  const hasRestarted = isRestart || isCpuReset;
  const continues = isRestart && isSummed;
  const startTimeNs = (): EpochNs | undefined => {
    if (hasRestarted) return continues ? history.startTimeNs : (lateRestartNs ?? restartNs);
    // The metadata is late. A start derived from a reset stays, and so does that of a container whose runs are added up.
    const isKnown = history.startTimeNs !== undefined && history.startTimeNs !== history.runStartNs;
    return isNewStart && !isKnown ? runStartNs : history.startTimeNs;
  };
  const previousCpu = (): PreviousCpu | undefined => {
    if (isCpuHeld || (isRestart && !continues)) return undefined;
    if (isCpuReset) return previousCpuOf(history.heldCpu, nowMs);
    return previousCpuOf(history.cpu, nowMs) ?? unlessDecreased(validPrecpu(given, runStartNs), own);
  };
  return {
    history: {
      sample,
      counterStates,
      cpu: isCpuHeld ? history.cpu : (withCpuTime(own, runStartNs) ?? history.cpu),
      heldCpu: isCpuHeld ? (own ?? history.heldCpu) : undefined,
      previousCpu: own && previousCpu(),
      arrivedAtMs: nowMs,
      runStartNs,
      isStartUnknown: hasRestarted ? !isNewStart : history.isStartUnknown && !isNewStart,
      restartCount,
      startTimeNs: startTimeNs(),
    },
    state: 'current',
    hasRestarted,
    isFullReset,
  };
}

/** Tracks that compare the first reading with its own `precpu_stats`. */
function initialCounters(precpu: CpuReading | undefined): ContainerCounters {
  if (precpu === undefined) return new Map();
  return new Map([[COUNTER_GROUPS.cpu, { accepted: { cpuNs: precpu.cpu.totalNs }, readNs: precpu.readNs }]]);
}

function arrived({ cpu, readNs }: ContainerSample, arrivedAtMs: number): CpuArrival | undefined {
  return cpu && { cpu, readNs, arrivedAtMs };
}

/** A reading without CPU time is no previousCpu: the next interval would get all CPU time since the container started. */
function withCpuTime(reading: CpuArrival | undefined, runStartNs: EpochNs | undefined): CpuArrival | undefined {
  return reading && hasCpuTime(reading.cpu, reading.readNs, runStartNs) ? reading : undefined;
}

function previousCpuOf(reading: CpuArrival | undefined, nowMs: number): PreviousCpu | undefined {
  if (reading === undefined) return undefined;
  const { cpu, readNs, arrivedAtMs } = reading;
  return { cpu, readNs, arrivalGapMs: arrivedAtMs === undefined ? undefined : nowMs - arrivedAtMs };
}

function unlessDecreased(previous: CpuReading | undefined, now: CpuReading | undefined): CpuReading | undefined {
  return isLess(now?.cpu.totalNs, previous?.cpu.totalNs) ? undefined : previous;
}

/** `precpu_stats`, if it is a reading of the same run. */
function validPrecpu({ precpu, readNs }: ContainerSample, runStartNs: EpochNs | undefined): CpuReading | undefined {
  if (precpu === undefined || precpu.readNs >= readNs || readNs - precpu.readNs > MAX_PRECPU_AGE_NS) return undefined;
  return runStartNs === undefined || precpu.readNs >= runStartNs ? precpu : undefined;
}
