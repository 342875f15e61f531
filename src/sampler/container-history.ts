import type {
  ContainerInfo,
  ContainerSample,
  ContainerSnapshot,
  CpuReading,
  DiskCounters,
  DiskLevels,
  EpochNs,
} from '../snapshot/snapshot.ts';

/** What is remembered of one container between polls. */
export interface ContainerHistory {
  /** The newest sample, by its own stamp. */
  readonly sample: ContainerSample;
  /** The reading before it, of the same life. */
  readonly baseline?: CpuReading | undefined;
  readonly startedNs?: EpochNs | undefined;
  /** Start of the present life: StartedAt, or the last reading before the counters fell. */
  readonly countedFromNs?: EpochNs | undefined;
  /** When the sample came, on the monotonic clock. */
  readonly cameAtMs: number;
}

/** How a new snapshot of a container follows on its history. */
export interface Step {
  readonly history?: ContainerHistory | undefined;
  /** Whether the sample in the history speaks for the present. */
  readonly isCurrent: boolean;
  /** A new life began since the last sample. */
  readonly hasRestarted: boolean;
  /** Its clock was set back, or the sample is an older one. */
  readonly hasRewound?: boolean;
  /** A new start time says so, so that every counter began at 0 again. */
  readonly hasBegunAnew: boolean;
}

/**
 * Follows one container by one poll.
 *
 * - No stats now: the history waits, nothing is shown.
 * - `read` did not advance (Fargate renews every 10 s): the same sample, until it is stale.
 * - `read` went back: skipped this time, and the next sample is compared with this one.
 * - A new StartedAt after the last sample, or counters that fell: a new life, without differences this time.
 * - A new StartedAt of a container with a restart policy, and nothing fell: a new life whose counters go on, since the
 *   agent adds what the lives before had counted (https://github.com/aws/amazon-ecs-agent/blob/master/agent/stats/queue.go).
 */
export function followContainer(
  history: ContainerHistory | undefined,
  { info, sample }: ContainerSnapshot,
  nowMs: number,
  staleAfterMs: number,
): Step {
  if (sample === undefined) return sameLife(history, false);
  if (history === undefined) return sameLife(firstHistory(info, sample, nowMs), true);
  if (sample.readNs === history.sample.readNs) return sameLife(history, nowMs - history.cameAtMs <= staleAfterMs);
  if (sample.readNs < history.sample.readNs) {
    return { ...sameLife({ ...history, sample, baseline: undefined, cameAtMs: nowMs }, false), hasRewound: true };
  }
  return advance(history, info, sample, nowMs);
}

function sameLife(history: ContainerHistory | undefined, isCurrent: boolean): Step {
  return { history, isCurrent, hasRestarted: false, hasBegunAnew: false };
}

/**
 * When the life began that the sample is of. The metadata is read after the stats, which may be 10 s old: a start later
 * than the sample is that of the next life, which has not been sampled yet.
 */
function startOf(info: ContainerInfo, sample: ContainerSample): EpochNs | undefined {
  const { startedNs } = info;
  return startedNs !== undefined && startedNs > sample.readNs ? undefined : startedNs;
}

function firstHistory(info: ContainerInfo, sample: ContainerSample, nowMs: number): ContainerHistory {
  const startedNs = startOf(info, sample);
  return {
    sample,
    baseline: validBefore(sample, startedNs),
    startedNs,
    countedFromNs: startedNs,
    cameAtMs: nowMs,
  };
}

function advance(history: ContainerHistory, info: ContainerInfo, sample: ContainerSample, nowMs: number): Step {
  const last = history.sample;
  const startedNs = startOf(info, sample) ?? history.startedNs;
  const isNewStart = startedNs !== history.startedNs;
  // The metadata may tell of a start later than the counters did.
  const startsAfterLast = startedNs !== undefined && startedNs > last.readNs;
  const fell = hasFallen(last, sample, info);
  const goesOn = !fell && info.restartCount !== undefined;
  const hasBegunAnew = isNewStart && startsAfterLast && !goesOn;
  const countedFrom = (): EpochNs | undefined => {
    // A fall told of this life before the metadata did: its start, once given, stays.
    const isKnownLife = history.countedFromNs !== undefined && history.countedFromNs !== history.startedNs;
    if (isNewStart && isKnownLife && !startsAfterLast && !fell) return history.countedFromNs;
    if (isNewStart) return startsAfterLast && goesOn ? history.countedFromNs : startedNs;
    // Where only an interface or a device began anew, the counters that go on keep their start.
    const isCpuAnew = isLess(sample.cpu?.totalNs, last.cpu?.totalNs);
    return isCpuAnew || (fell && startedNs === undefined) ? last.readNs : history.countedFromNs;
  };
  const own = last.cpu && { readNs: last.readNs, cpu: last.cpu };
  const baseline = fell || (startsAfterLast && !goesOn) ? undefined : (own ?? validBefore(sample, startedNs));
  return {
    history: { sample, baseline, startedNs, countedFromNs: countedFrom(), cameAtMs: nowMs },
    isCurrent: true,
    hasRestarted: fell || (isNewStart && startsAfterLast),
    hasBegunAnew,
  };
}

/** `precpu_stats`, if it is an earlier reading of the same life. */
function validBefore(sample: ContainerSample, startedNs: EpochNs | undefined): CpuReading | undefined {
  const { before, cpu } = sample;
  if (before === undefined || cpu === undefined) return undefined;
  const isEarlier = before.readNs < sample.readNs && before.cpu.totalNs <= cpu.totalNs;
  const isSameLife = startedNs === undefined || before.readNs >= startedNs;
  return isEarlier && isSameLife ? before : undefined;
}

/** Counters of the container alone; those of a shared network namespace outlive it. */
function hasFallen(last: ContainerSample, now: ContainerSample, info: ContainerInfo): boolean {
  if (isLess(now.cpu?.totalNs, last.cpu?.totalNs)) return true;
  if (hasDiskFallen(last.disk, now.disk)) return true;
  if (info.sharesSandbox) return false;
  for (const [iface, counters] of now.networks ?? []) {
    const before = last.networks?.get(iface);
    if (isLess(counters.rx_bytes, before?.rx_bytes) || isLess(counters.tx_bytes, before?.tx_bytes)) return true;
  }
  return false;
}

/** Device by device, where there are any: one that leaves lowers the sum, and is no restart. */
function hasDiskFallen(last: DiskLevels | undefined, now: DiskLevels | undefined): boolean {
  if (last?.byDevice === undefined || now?.byDevice === undefined) return haveBytesFallen(last?.total, now?.total);
  return [...now.byDevice].some(([device, counters]) => haveBytesFallen(last.byDevice?.get(device), counters));
}

function haveBytesFallen(last: DiskCounters | undefined, now: DiskCounters | undefined): boolean {
  return isLess(now?.readBytes, last?.readBytes) || isLess(now?.writtenBytes, last?.writtenBytes);
}

function isLess(now: number | undefined, before: number | undefined): boolean {
  return now !== undefined && before !== undefined && now < before;
}
