import { hasCpuTime } from '../snapshot/cpu.ts';
import type { ContainerInfo, ContainerSample, ContainerSnapshot, CpuReading, EpochNs } from '../snapshot/snapshot.ts';
import { type ContainerTracks, followSample } from './container-counters.ts';
import { isLess } from './counter-track.ts';
import { COUNTER_GROUPS, type CpuBaseline, isHeld } from './view.ts';

/** A CPU reading and its arrival on the monotonic clock; undefined for a `precpu_stats`, which arrives with its sample. */
interface ArrivedCpu extends CpuReading {
  readonly cameAtMs?: number | undefined;
}

/** What is remembered of one container between polls. */
export interface ContainerHistory {
  /** The newest sample, by its own stamp, without counters that are held back. */
  readonly sample: ContainerSample;
  /** When the sample arrived, on the monotonic clock. */
  readonly cameAtMs: number;
  /** The newest accepted CPU reading: the sample's, unless that one is held back. */
  readonly cpu?: ArrivedCpu | undefined;
  /** A later reading with less CPU time: the next reading shows whether it was a reset. */
  readonly heldCpu?: ArrivedCpu | undefined;
  /** The CPU reading that the sample is compared with, of the same run. */
  readonly baseline?: CpuBaseline | undefined;
  readonly tracks: ContainerTracks;
  /** Start of the run that the sample is of. */
  readonly startedNs?: EpochNs | undefined;
  /** True if a restart was counted but its time was not reported. */
  readonly isStartUnknown: boolean;
  readonly restartCount?: number | undefined;
  /** Start of the container's counters: a start time, or the last reading before a reset of its CPU time. */
  readonly countedFromNs?: EpochNs | undefined;
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
export type SampleState = 'current' | 'none' | 'stale' | 'rewound' | 'stopped';

/** How a new snapshot of a container follows on its history. */
export interface Step {
  readonly history?: ContainerHistory | undefined;
  readonly state: SampleState;
  /** A new run began since the last sample. */
  readonly hasRestarted: boolean;
  /** True if a new start time shows that all counters reset. */
  readonly hasBegunAnew: boolean;
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
export function followContainer(
  history: ContainerHistory | undefined,
  { info, sample }: ContainerSnapshot,
  nowMs: number,
  staleAfterMs: number,
): Step {
  const step = followSampleOf(history, info, sample, nowMs, staleAfterMs);
  const isLast = step.state === 'current' || step.state === 'stale';
  return info.knownStatus === 'STOPPED' && isLast ? { ...step, state: 'stopped' } : step;
}

/** For a poll that could not read `/task/stats`: keeps the last sample while it is valid. */
export function keepContainer(
  history: ContainerHistory | undefined,
  info: ContainerInfo,
  nowMs: number,
  validForMs: number,
): Step {
  const isValid = history !== undefined && nowMs - history.cameAtMs <= validForMs;
  return sameRun(history, isValid && info.knownStatus !== 'STOPPED' ? 'current' : 'none');
}

function followSampleOf(
  history: ContainerHistory | undefined,
  info: ContainerInfo,
  sample: ContainerSample | undefined,
  nowMs: number,
  staleAfterMs: number,
): Step {
  if (sample === undefined) return sameRun(history, 'none');
  if (history === undefined) return sameRun(firstHistory(info, sample, nowMs), 'current');
  if (sample.readNs === history.sample.readNs) {
    return sameRun(history, nowMs - history.cameAtMs <= staleAfterMs ? 'current' : 'stale');
  }
  if (sample.readNs < history.sample.readNs) {
    const cpu = filledIn(arrived(sample, nowMs), history.startedNs);
    return sameRun({ ...history, sample, cpu, heldCpu: undefined, baseline: undefined, cameAtMs: nowMs }, 'rewound');
  }
  return advance(history, info, sample, nowMs);
}

function sameRun(history: ContainerHistory | undefined, state: SampleState): Step {
  return { history, state, hasRestarted: false, hasBegunAnew: false };
}

/** The metadata is read after the stats, which may be 10 s old, so it can describe a run that has no sample yet. */
function isAhead({ startedNs }: ContainerInfo, sample: ContainerSample): boolean {
  return startedNs !== undefined && startedNs > sample.readNs;
}

function firstHistory(info: ContainerInfo, sample: ContainerSample, nowMs: number): ContainerHistory {
  const ahead = isAhead(info, sample);
  const startedNs = ahead ? undefined : info.startedNs;
  const { restartCount, firstStartedNs = info.startedNs } = info;
  const countedFromNs = restartCount === undefined ? startedNs : firstStartedNs;
  const firstRunNs = restartCount === undefined ? undefined : startedNs;
  const own = arrived(sample, nowMs);
  const precpu = validPrecpu(sample, startedNs);
  const { tracks, ...followed } = followSample(tracksOf(precpu), sample, info, { isAnew: false, firstRunNs });
  const isCpuHeld = isHeld(tracks, COUNTER_GROUPS.cpu);
  return {
    sample: followed.sample,
    tracks,
    cpu: isCpuHeld ? precpu : filledIn(own, startedNs),
    heldCpu: isCpuHeld ? own : undefined,
    baseline: isCpuHeld ? undefined : precpu,
    cameAtMs: nowMs,
    startedNs,
    isStartUnknown: false,
    restartCount: ahead ? undefined : restartCount,
    countedFromNs: countedFromNs !== undefined && countedFromNs > sample.readNs ? undefined : countedFromNs,
  };
}

function advance(history: ContainerHistory, info: ContainerInfo, given: ContainerSample, nowMs: number): Step {
  const last = history.sample;
  const ahead = isAhead(info, given);
  const startedNs = ahead ? history.startedNs : (info.startedNs ?? history.startedNs);
  const restartCount = ahead ? history.restartCount : (info.restartCount ?? history.restartCount);
  const isNewStart = startedNs !== history.startedNs && startedNs !== undefined;
  const isStartTold = isNewStart && startedNs >= last.readNs;
  // The reading before a decrease is the last one that certainly belongs to the previous run.
  const lastReadNs = (history.heldCpu && history.cpu?.readNs) ?? last.readNs;
  const lateNs = isNewStart && !isStartTold && startedNs > lastReadNs ? startedNs : undefined;
  const isRestart = isStartTold || isLess(history.restartCount, restartCount);
  const own = arrived(given, nowMs);
  const fell = isLess(own?.cpu.totalNs, history.cpu?.cpu.totalNs);
  // Whether the agent adds the runs up shows only in a CPU time that is filled in: the next sample decides.
  if (isRestart && info.restartCount !== undefined && own?.cpu.totalNs === 0) return sameRun(history, 'none');
  const isSummed = info.restartCount !== undefined && !fell;
  const hasBegunAnew = isStartTold && !isSummed;
  const restartNs = isStartTold ? startedNs : lastReadNs;
  const { sample, tracks, isCpuReset } = followSample(history.tracks, given, info, {
    restartNs: isRestart ? restartNs : undefined,
    isAnew: hasBegunAnew,
    isSummed,
    lateNs,
  });
  const isCpuHeld = isHeld(tracks, COUNTER_GROUPS.cpu);
  const hasRestarted = isRestart || isCpuReset;
  const goesOn = isRestart && isSummed;
  const countedFromNs = (): EpochNs | undefined => {
    if (hasRestarted) return goesOn ? history.countedFromNs : (lateNs ?? restartNs);
    // The metadata is late. A start derived from a reset stays, and so does that of a container whose runs are added up.
    const isKnown = history.countedFromNs !== undefined && history.countedFromNs !== history.startedNs;
    return isNewStart && !isKnown ? startedNs : history.countedFromNs;
  };
  const baseline = (): CpuBaseline | undefined => {
    if (isCpuHeld || (isRestart && !goesOn)) return undefined;
    if (isCpuReset) return baselineOf(history.heldCpu, nowMs);
    return baselineOf(history.cpu, nowMs) ?? growing(validPrecpu(given, startedNs), own);
  };
  return {
    history: {
      sample,
      tracks,
      cpu: isCpuHeld ? history.cpu : (filledIn(own, startedNs) ?? history.cpu),
      heldCpu: isCpuHeld ? (own ?? history.heldCpu) : undefined,
      baseline: own && baseline(),
      cameAtMs: nowMs,
      startedNs,
      isStartUnknown: hasRestarted ? !isNewStart : history.isStartUnknown && !isNewStart,
      restartCount,
      countedFromNs: countedFromNs(),
    },
    state: 'current',
    hasRestarted,
    hasBegunAnew,
  };
}

/** Tracks that compare the first reading with its own `precpu_stats`. */
function tracksOf(precpu: CpuReading | undefined): ContainerTracks {
  if (precpu === undefined) return new Map();
  return new Map([[COUNTER_GROUPS.cpu, { accepted: { cpuNs: precpu.cpu.totalNs }, readNs: precpu.readNs }]]);
}

function arrived({ cpu, readNs }: ContainerSample, cameAtMs: number): ArrivedCpu | undefined {
  return cpu && { cpu, readNs, cameAtMs };
}

/** A reading without CPU time is no baseline: the next interval would get all CPU time since the container started. */
function filledIn(reading: ArrivedCpu | undefined, startedNs: EpochNs | undefined): ArrivedCpu | undefined {
  return reading && hasCpuTime(reading.cpu, reading.readNs, startedNs) ? reading : undefined;
}

function baselineOf(reading: ArrivedCpu | undefined, nowMs: number): CpuBaseline | undefined {
  if (reading === undefined) return undefined;
  const { cpu, readNs, cameAtMs } = reading;
  return { cpu, readNs, arrivedMsBefore: cameAtMs === undefined ? undefined : nowMs - cameAtMs };
}

function growing(before: CpuReading | undefined, now: CpuReading | undefined): CpuReading | undefined {
  return isLess(now?.cpu.totalNs, before?.cpu.totalNs) ? undefined : before;
}

/** `precpu_stats`, if it is a reading of the same run. */
function validPrecpu({ before, readNs }: ContainerSample, startedNs: EpochNs | undefined): CpuReading | undefined {
  if (before === undefined || before.readNs >= readNs || readNs - before.readNs > MAX_PRECPU_AGE_NS) return undefined;
  return startedNs === undefined || before.readNs >= startedNs ? before : undefined;
}
