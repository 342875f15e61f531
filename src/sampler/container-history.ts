import type { ContainerInfo, ContainerSample, ContainerSnapshot, CpuReading, EpochNs } from '../snapshot/snapshot.ts';

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
}

/**
 * Follows one container by one poll.
 *
 * - No stats now: the history waits, nothing is shown.
 * - `read` did not advance (Fargate renews every 10 s): the same sample, until it is stale.
 * - `read` went back: skipped this time, and the next sample is compared with this one.
 * - A new StartedAt after the last sample, or counters that fell: a new life, without differences this time.
 */
export function followContainer(
  history: ContainerHistory | undefined,
  { info, sample }: ContainerSnapshot,
  nowMs: number,
  staleAfterMs: number,
): Step {
  if (sample === undefined) return { history, isCurrent: false, hasRestarted: false };
  if (history === undefined)
    return { history: firstHistory(info, sample, nowMs), isCurrent: true, hasRestarted: false };
  if (sample.readNs === history.sample.readNs) {
    return { history, isCurrent: nowMs - history.cameAtMs <= staleAfterMs, hasRestarted: false };
  }
  if (sample.readNs < history.sample.readNs) {
    const rewound = { ...history, sample, baseline: undefined, cameAtMs: nowMs };
    return { history: rewound, isCurrent: false, hasRestarted: false };
  }
  return advance(history, info, sample, nowMs);
}

function firstHistory(info: ContainerInfo, sample: ContainerSample, nowMs: number): ContainerHistory {
  const { startedNs } = info;
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
  const startedNs = info.startedNs ?? history.startedNs;
  const isNewStart = startedNs !== history.startedNs;
  // The metadata may tell of a start later than the counters did.
  const startsAfterLast = startedNs !== undefined && startedNs > last.readNs;
  const fell = hasFallen(last, sample, info);
  const hasRestarted = fell || (isNewStart && startsAfterLast);
  const countedFrom = (): EpochNs | undefined => {
    if (isNewStart) return startedNs;
    return fell ? last.readNs : history.countedFromNs;
  };
  const own = last.cpu && { readNs: last.readNs, cpu: last.cpu };
  const baseline = hasRestarted || startsAfterLast ? undefined : (own ?? validBefore(sample, startedNs));
  return {
    history: { sample, baseline, startedNs, countedFromNs: countedFrom(), cameAtMs: nowMs },
    isCurrent: true,
    hasRestarted,
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
  if (isLess(now.disk?.total.readBytes, last.disk?.total.readBytes)) return true;
  if (isLess(now.disk?.total.writtenBytes, last.disk?.total.writtenBytes)) return true;
  if (info.sharesSandbox) return false;
  for (const [iface, counters] of now.networks ?? []) {
    const before = last.networks?.get(iface);
    if (isLess(counters.rx_bytes, before?.rx_bytes) || isLess(counters.tx_bytes, before?.tx_bytes)) return true;
  }
  return false;
}

function isLess(now: number | undefined, before: number | undefined): boolean {
  return now !== undefined && before !== undefined && now < before;
}
