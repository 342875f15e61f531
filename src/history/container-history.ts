import { hasCpuTime } from '../snapshot/cpu-stats.ts';
import type { ContainerInfo, ContainerSample, ContainerSnapshot, CpuReading, EpochNs } from '../snapshot/snapshot.ts';
import { type ContainerCounters, updateContainerCounters } from './container-counters.ts';
import { isLess } from './counter-state.ts';
import { COUNTER_GROUPS, isHeld, type PreviousCpu } from './view.ts';

/** A CPU reading and its arrival on the monotonic clock. `precpu_stats` has no arrival time. */
interface CpuArrival extends CpuReading {
  readonly arrivedAtMs?: number | undefined;
}

/** State of a container between polls. */
export interface ContainerHistory {
  /** The newest sample by `read`, without held-back counters. */
  readonly sample: ContainerSample;
  /** When the sample arrived, on the monotonic clock. */
  readonly arrivedAtMs: number;
  /** The newest CPU reading that is not held back. */
  readonly cpu?: CpuArrival | undefined;
  /** A later reading with less CPU time. The next reading shows whether it was a reset. */
  readonly heldCpu?: CpuArrival | undefined;
  /** The CPU reading of the same run from which usage in the sample is computed. */
  readonly previousCpu?: PreviousCpu | undefined;
  readonly counterStates: ContainerCounters;
  /** Start of the run of the sample. */
  readonly runStartNs?: EpochNs | undefined;
  /** True if a restart was detected, but its time was not reported. */
  readonly isStartUnknown: boolean;
  readonly restartCount?: number | undefined;
  /** Start time of the counters: the start of a run, or the last reading before a reset of CPU time. */
  readonly startTimeNs?: EpochNs | undefined;
}

/**
 * State of a container's stats after a poll.
 *
 * - `current`: the sample in the history is valid now.
 * - `none`: there are no stats.
 * - `stale`: the sample has been unchanged for too long.
 * - `out-of-order`: the sample is older than the previous one, for example because the clock was set back.
 * - `stopped`: the container has stopped. The counters of its last sample are final, and its gauges have ended.
 */
export type SampleState = 'current' | 'none' | 'stale' | 'out-of-order' | 'stopped';

/** Result of updating the history of a container with a snapshot. */
export interface ContainerUpdate {
  readonly history?: ContainerHistory | undefined;
  readonly state: SampleState;
  /** A new run has begun since the last sample. */
  readonly hasRestarted: boolean;
  /** True if a new start time shows that all counters were reset. */
  readonly isFullReset: boolean;
}

/** Docker reads `precpu_stats` 1 s before the sample, polling agents up to 20 s. A larger gap means a clock change. */
const MAX_PRECPU_AGE_NS = 60_000_000_000n;

/**
 * Updates the history of a container with a snapshot.
 *
 * A run begins with a new start (StartedAt, or FinishedAt after a restart by a restart policy) or a higher RestartCount. With
 * a restart policy, the agent sums the counters over all runs; otherwise they reset. CPU time that decreases without a new
 * run is held back for one sample, and is a reset only if the next sample continues from it.
 *
 * @see https://github.com/aws/amazon-ecs-agent/blob/master/agent/stats/queue.go
 */
export function updateContainer(
  history: ContainerHistory | undefined,
  { info, sample }: ContainerSnapshot,
  nowMs: number,
  staleAfterMs: number,
): ContainerUpdate {
  const update = updateSample(history, info, sample, nowMs, staleAfterMs);
  const isLast = update.state === 'current' || update.state === 'stale';
  return info.knownStatus === 'STOPPED' && isLast ? { ...update, state: 'stopped' } : update;
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

/** Metadata is newer than stats, which can be 10 s old, so it can describe a run that has no sample yet. */
function isAhead({ runStartNs }: ContainerInfo, sample: ContainerSample): boolean {
  return runStartNs !== undefined && runStartNs > sample.readNs;
}

function firstHistory(info: ContainerInfo, sample: ContainerSample, nowMs: number): ContainerHistory {
  const isMetadataAhead = isAhead(info, sample);
  const runStartNs = isMetadataAhead ? undefined : info.runStartNs;
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
    restartCount: isMetadataAhead ? undefined : restartCount,
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
  const isMetadataAhead = isAhead(info, given);
  const runStartNs = isMetadataAhead ? history.runStartNs : (info.runStartNs ?? history.runStartNs);
  const restartCount = isMetadataAhead ? history.restartCount : (info.restartCount ?? history.restartCount);
  const isNewStart = runStartNs !== history.runStartNs && runStartNs !== undefined;
  const isStartReported = isNewStart && runStartNs >= last.readNs;
  // The reading before a decrease is the last that certainly belongs to the previous run.
  const lastReadNs = (history.heldCpu && history.cpu?.readNs) ?? last.readNs;
  const lateRestartNs = isNewStart && !isStartReported && runStartNs > lastReadNs ? runStartNs : undefined;
  const isRestart = isStartReported || isLess(history.restartCount, restartCount);
  const own = arrived(given, nowMs);
  const hasDecreased = isLess(own?.cpu.totalNs, history.cpu?.cpu.totalNs);
  // A CPU time of 0 does not show whether the agent sums over the runs: wait for the next sample.
  if (isRestart && info.restartCount !== undefined && own?.cpu.totalNs === 0) return sameRun(history, 'none');
  const isSummed = info.restartCount !== undefined && !hasDecreased;
  const isFullReset = isStartReported && !isSummed;
  const restartNs = isStartReported ? runStartNs : lastReadNs;
  const { sample, counterStates, isCpuReset } = updateContainerCounters(history.counterStates, given, info, {
    restartNs: isRestart ? restartNs : undefined,
    isFullReset,
    isSummed,
    lateRestartNs,
  });
  const isCpuHeld = isHeld(counterStates, COUNTER_GROUPS.cpu);
  const hasRestarted = isRestart || isCpuReset;
  const continues = isRestart && isSummed;
  const startTimeNs = (): EpochNs | undefined => {
    if (hasRestarted) return continues ? history.startTimeNs : (lateRestartNs ?? restartNs);
    // Late metadata does not replace a start time derived from a reset, or one of a container whose runs are summed.
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

/** Compares the first reading with its own `precpu_stats`. */
function initialCounters(precpu: CpuReading | undefined): ContainerCounters {
  if (precpu === undefined) return new Map();
  return new Map([[COUNTER_GROUPS.cpu, { accepted: { cpuNs: precpu.cpu.totalNs }, readNs: precpu.readNs }]]);
}

function arrived({ cpu, readNs }: ContainerSample, arrivedAtMs: number): CpuArrival | undefined {
  return cpu && { cpu, readNs, arrivedAtMs };
}

/** Omits a reading without CPU time: the next interval would include all CPU time since the container started. */
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
