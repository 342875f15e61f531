import { COUNTER_GROUPS } from '../derive/view.ts';
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

/** Every group of a container's counters, by the names in `COUNTER_GROUPS`. */
export type ContainerTracks = ReadonlyMap<string, CounterTrack>;

/** Bounds what groups that come and go (interfaces, devices) can cost. */
const MAX_ABSENT_GROUPS = 500;

/** How the run of the sample follows on the run of the sample before. */
export interface RunChange {
  /** Start of the run, if it began since the last sample. */
  readonly restartNs?: EpochNs | undefined;
  /** True if every counter of the container began again at 0. */
  readonly isAnew: boolean;
  /** True if the agent adds up the counters of all runs, page faults excepted: a restart explains no fall of them. */
  readonly isSummed?: boolean | undefined;
  /** Start of the run that the last sample was of already, if it was reported only now: it explains what is held back. */
  readonly lateNs?: EpochNs | undefined;
  /** Start of the run, if this is the first sample of the container and other counters may be older. */
  readonly firstRunNs?: EpochNs | undefined;
}

export interface FollowedSample {
  /** The sample without the counters that are held back; CPU time and throttling stay in it. */
  readonly sample: ContainerSample;
  readonly tracks: ContainerTracks;
  /** True if the container's CPU time turned out to have reset. */
  readonly isCpuReset: boolean;
}

/** Follows each group of counters by one sample. */
export function followSample(
  tracks: ContainerTracks,
  sample: ContainerSample,
  { sharesSandbox }: ContainerInfo,
  { restartNs, isAnew, isSummed = false, lateNs, firstRunNs }: RunChange,
): FollowedSample {
  const { readNs } = sample;
  const groups = groupsOf(sample);
  // A shared network namespace outlives the runs of its containers, so its counters neither explain nor follow a restart.
  const isOwn = (group: string): boolean => !(sharesSandbox && group.startsWith(COUNTER_GROUPS.network('')));
  const continues = [...groups].some(([group, counters]) => {
    const track = tracks.get(group);
    return track !== undefined && isOwn(group) && continuesFromHeld(track, counters);
  });
  const isReset = continues || lateNs !== undefined;
  const next = new Map<string, CounterTrack>();
  for (const [group, counters] of groups) {
    const known = tracks.get(group);
    const faultsNs = restartNs ?? firstRunNs;
    if (!isOwn(group)) {
      const hasReset = known !== undefined && continuesFromHeld(known, counters);
      next.set(group, followCounters(known, { counters, readNs, isReset: hasReset }));
    } else if (group === COUNTER_GROUPS.faults && faultsNs !== undefined) {
      // The agent adds up the other counters over the runs of a container with a restart policy.
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
    for (const [group, track] of tracks) if (!next.has(group)) next.set(group, track);
  }
  const isCpuReset = isReset && tracks.get(COUNTER_GROUPS.cpu)?.held !== undefined;
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
  if (disk !== undefined) groups.set(COUNTER_GROUPS.disk, disk.total);
  for (const [device, counters] of disk?.byDevice ?? []) groups.set(COUNTER_GROUPS.device(device), counters);
  return groups;
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

/** One mode or some of the CPUs would pass for all. */
function cpuWithoutHeld(cpu: CpuCounters, tracks: ContainerTracks): CpuCounters {
  const isHeld = (group: string): boolean => tracks.get(group)?.held !== undefined;
  return {
    ...cpu,
    ...(isHeld(COUNTER_GROUPS.modes) && { userNs: undefined, kernelNs: undefined }),
    ...(isHeld(COUNTER_GROUPS.perCpu) && { perCpuNs: undefined }),
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

/** A total is held back if the part of a device is. */
function diskWithoutHeld({ total, byDevice }: DiskLevels, tracks: ContainerTracks): DiskLevels {
  const known: Partial<Record<DiskCounter, number>> = { ...withoutHeld(total, tracks.get(COUNTER_GROUPS.disk)) };
  const devices = [...(byDevice ?? [])].map(([device, counters]) => {
    const track = tracks.get(COUNTER_GROUPS.device(device));
    for (const counter of DISK_COUNTERS) if (track?.held?.[counter] !== undefined) delete known[counter];
    return [device, withoutHeld(counters, track)] as const;
  });
  return { total: known, byDevice: byDevice && new Map(devices) };
}
