import {
  type ContainerInfo,
  type ContainerSample,
  type CpuCounters,
  DISK_COUNTERS,
  type DiskCounter,
  type DiskLevels,
  type EpochNs,
  type MemoryLevels,
} from '../snapshot/snapshot.ts';
import { type Counters, type CounterTrack, continuesFromHeld, followCounters, withoutHeld } from './counter-track.ts';
import { COUNTER_GROUPS, isHeld } from './view.ts';

/** The tracks of all groups of a container's counters. Keys: the names in `COUNTER_GROUPS`. */
export type ContainerTracks = ReadonlyMap<string, CounterTrack>;

/** Limits the memory for groups that have disappeared (interfaces, devices). */
const MAX_ABSENT_GROUPS = 500;

/** How the run of a sample relates to the run of the previous sample. */
export interface RunChange {
  /** Start of the run, if it began since the last sample. */
  readonly restartNs?: EpochNs | undefined;
  /** True if all counters of the container reset. */
  readonly isAnew: boolean;
  /** True if the agent sums the counters over all runs, except page faults: a restart does not explain a decrease. */
  readonly isSummed?: boolean | undefined;
  /** Start of the last sample's run, if ECS reported it only now: it explains the values that are held back. */
  readonly lateNs?: EpochNs | undefined;
  /** Start of the run, if this is the first sample of the container and other counters may be older. */
  readonly firstRunNs?: EpochNs | undefined;
}

export interface FollowedSample {
  /** The sample without the counters that are held back; CPU time and throttling stay in it. */
  readonly sample: ContainerSample;
  readonly tracks: ContainerTracks;
  /** True if a held-back CPU time proved to be a reset. */
  readonly isCpuReset: boolean;
}

/** Advances each group of counters by one sample. */
export function followSample(
  tracks: ContainerTracks,
  given: ContainerSample,
  { sharesSandbox }: ContainerInfo,
  { restartNs, isAnew, isSummed = false, lateNs, firstRunNs }: RunChange,
): FollowedSample {
  const { readNs, disk } = given;
  // A shared network namespace outlives the runs of its containers, so its counters are independent of their restarts.
  const isOwn = (group: string): boolean => !(sharesSandbox && group.startsWith(COUNTER_GROUPS.network('')));
  // A sum over devices also grows from a low value if one device decreases and another grows: that is not a reset.
  const isSum = (group: string): boolean => group === COUNTER_GROUPS.disk && disk?.byDevice !== undefined;
  const faultsNs = restartNs ?? firstRunNs;
  // The agent adds up the other counters over the runs of a container with a restart policy.
  const isFaults = (group: string): boolean => group === COUNTER_GROUPS.faults;
  const continues = [...groupsOf(given)].some(([group, counters]) => {
    const track = tracks.get(group);
    const canTell = isOwn(group) && !isSum(group) && !(isFaults(group) && faultsNs !== undefined);
    return track !== undefined && canTell && continuesFromHeld(track, counters);
  });
  const isReset = continues || lateNs !== undefined;
  const sample = isAnew || isReset ? given : { ...given, disk: disk && withAbsentDevices(disk, tracks) };
  const next = new Map<string, CounterTrack>();
  for (const [group, counters] of groupsOf(sample)) {
    const known = tracks.get(group);
    if (isSum(group) && known !== undefined && !isAnew) {
      const resetNs = restartNs ?? (isReset ? (lateNs ?? known.readNs) : undefined);
      const hasReset = !hasHeldDevice(next) && continuesFromHeld(known, counters);
      next.set(group, followCounters(known, { counters, readNs, restartNs: resetNs, isReset: hasReset }));
    } else if (!isOwn(group)) {
      const hasReset = known !== undefined && continuesFromHeld(known, counters);
      next.set(group, followCounters(known, { counters, readNs, isReset: hasReset }));
    } else if (isFaults(group) && faultsNs !== undefined) {
      const reset = Object.keys(counters);
      const starts = Object.fromEntries(reset.map((key) => [key, faultsNs]));
      next.set(group, { accepted: counters, readNs, starts, reset });
    } else {
      const explained = isSummed ? undefined : restartNs;
      next.set(
        group,
        followCounters(isAnew ? undefined : known, { counters, readNs, restartNs: explained, lateNs, isReset }),
      );
    }
  }
  if (!isAnew && tracks.size <= MAX_ABSENT_GROUPS) {
    for (const [group, track] of tracks) {
      if (!next.has(group) && !(isReset && isDevice(group))) next.set(group, track);
    }
  }
  const isCpuReset = isReset && isHeld(tracks, COUNTER_GROUPS.cpu);
  return { sample: withoutHeldCounters(sample, next), tracks: next, isCpuReset };
}

function groupsOf({ cpu, memory, networks, disk }: ContainerSample): ReadonlyMap<string, Counters> {
  const groups = new Map<string, Counters>();
  if (cpu !== undefined) {
    const { totalNs, userNs, kernelNs, perCpuNs, throttlePeriods, throttledPeriods, throttledNs } = cpu;
    groups.set(COUNTER_GROUPS.cpu, { cpuNs: totalNs });
    groups.set(COUNTER_GROUPS.modes, { userNs, kernelNs });
    groups.set(COUNTER_GROUPS.throttling, { throttlePeriods, throttledPeriods, throttledNs });
    if (perCpuNs !== undefined) groups.set(COUNTER_GROUPS.perCpu, Object.fromEntries(perCpuNs.entries()));
  }
  if (memory !== undefined) {
    const { minorFaults, majorFaults, limitHits } = memory;
    groups.set(COUNTER_GROUPS.faults, { minorFaults, majorFaults });
    groups.set(COUNTER_GROUPS.limitHits, { limitHits });
  }
  for (const [iface, counters] of networks ?? []) groups.set(COUNTER_GROUPS.network(iface), counters);
  for (const [device, counters] of disk?.byDevice ?? []) groups.set(COUNTER_GROUPS.device(device), counters);
  if (disk !== undefined) groups.set(COUNTER_GROUPS.disk, disk.total);
  return groups;
}

export function isDevice(group: string): boolean {
  return group.startsWith(COUNTER_GROUPS.device(''));
}

function hasHeldDevice(tracks: ContainerTracks): boolean {
  return [...tracks].some(([group, { held }]) => isDevice(group) && held !== undefined);
}

/** A device that is no longer listed keeps its part of the total: a total that decreases would look like a reset. */
function withAbsentDevices({ total, byDevice }: DiskLevels, tracks: ContainerTracks): DiskLevels {
  if (byDevice === undefined) return { total, byDevice };
  const present = new Map([...byDevice].map(([device, counters]) => [COUNTER_GROUPS.device(device), counters]));
  const whole: Partial<Record<DiskCounter, number>> = { ...total };
  for (const [group, { accepted }] of tracks) {
    if (!isDevice(group)) continue;
    for (const counter of DISK_COUNTERS) {
      const sum = whole[counter];
      if (sum === undefined || present.get(group)?.[counter] !== undefined) continue;
      whole[counter] = sum + (accepted[counter] ?? 0);
    }
  }
  return { total: whole, byDevice };
}

function withoutHeldCounters(sample: ContainerSample, tracks: ContainerTracks): ContainerSample {
  const { cpu, memory, networks, disk } = sample;
  return {
    ...sample,
    cpu: cpu && cpuWithoutHeld(cpu, tracks),
    memory: memory && memoryWithoutHeld(memory, tracks),
    networks:
      networks &&
      new Map(
        [...networks].map(([iface, counters]) => [
          iface,
          withoutHeld(counters, tracks.get(COUNTER_GROUPS.network(iface))),
        ]),
      ),
    disk: disk && diskWithoutHeld(disk, tracks),
  };
}

/** All modes or none, and all CPUs or none: a part would look like the total. */
function cpuWithoutHeld(cpu: CpuCounters, tracks: ContainerTracks): CpuCounters {
  return {
    ...cpu,
    ...(isHeld(tracks, COUNTER_GROUPS.modes) && { userNs: undefined, kernelNs: undefined }),
    ...(isHeld(tracks, COUNTER_GROUPS.perCpu) && { perCpuNs: undefined }),
  };
}

function memoryWithoutHeld(memory: MemoryLevels, tracks: ContainerTracks): MemoryLevels {
  const { minorFaults, majorFaults, limitHits } = memory;
  const faults = withoutHeld({ minorFaults, majorFaults }, tracks.get(COUNTER_GROUPS.faults));
  const hits = withoutHeld({ limitHits }, tracks.get(COUNTER_GROUPS.limitHits));
  return {
    ...memory,
    minorFaults: faults.minorFaults,
    majorFaults: faults.majorFaults,
    limitHits: hits.limitHits,
  };
}

/** A total is held back if the counter of one of its devices is. */
function diskWithoutHeld({ total, byDevice }: DiskLevels, tracks: ContainerTracks): DiskLevels {
  const known: Partial<Record<DiskCounter, number>> = { ...withoutHeld(total, tracks.get(COUNTER_GROUPS.disk)) };
  const devices = [...(byDevice ?? [])].map(([device, counters]) => {
    const track = tracks.get(COUNTER_GROUPS.device(device));
    for (const counter of DISK_COUNTERS) if (track?.held?.[counter] !== undefined) delete known[counter];
    return [device, withoutHeld(counters, track)] as const;
  });
  return { total: known, byDevice: byDevice && new Map(devices) };
}
