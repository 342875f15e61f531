import {
  type ContainerInfo,
  type ContainerSample,
  type CpuCounters,
  DEVICE_COUNTERS,
  type DeviceCounter,
  type DiskCounters,
  type EpochNs,
  type MemoryStats,
} from '../snapshot/snapshot.ts';
import { type CounterState, type Counters, continuesFromHeld, updateCounters, withoutHeld } from './counter-state.ts';
import { COUNTER_GROUPS, isHeld } from './view.ts';

/** State of all counters of a container, by the names in `COUNTER_GROUPS`. */
export type ContainerCounters = ReadonlyMap<string, CounterState>;

/** Bounds the memory for interfaces and devices that have disappeared. */
const MAX_ABSENT_GROUPS = 500;

/** How the run of a sample relates to the run of the previous sample. */
export interface RunChange {
  /** Start of the run, if it began since the last sample. */
  readonly restartNs?: EpochNs | undefined;
  /** True if all counters of the container were reset. */
  readonly isFullReset: boolean;
  /** True if the agent sums all counters except page faults over the runs: a restart then does not explain a decrease. */
  readonly isSummed?: boolean | undefined;
  /** Start of the previous sample's run, if ECS reported it only now. It explains held-back values. */
  readonly lateRestartNs?: EpochNs | undefined;
  /** Start of the run, if this is the first sample and other counters may have started earlier. */
  readonly firstRunNs?: EpochNs | undefined;
}

export interface CountersUpdate {
  /** The sample without held-back counters, except for CPU time and throttling. */
  readonly sample: ContainerSample;
  readonly counterStates: ContainerCounters;
  /** True if a held-back CPU time proved to be a reset. */
  readonly isCpuReset: boolean;
}

/** Updates each group of counters with a sample. */
export function updateContainerCounters(
  counterStates: ContainerCounters,
  given: ContainerSample,
  { sharesNetworkNamespace }: ContainerInfo,
  { restartNs, isFullReset, isSummed = false, lateRestartNs, firstRunNs }: RunChange,
): CountersUpdate {
  const { readNs, disk } = given;
  // A shared network namespace outlives the runs of its containers, so its counters are independent of their restarts.
  const isOwn = (group: string): boolean => !(sharesNetworkNamespace && group.startsWith(NETWORK_PREFIX));
  // A sum over devices can also grow from a low value because one device decreases and another grows, without a reset.
  const isDeviceSum = (group: string): boolean => group === COUNTER_GROUPS.disk && disk?.byDevice !== undefined;
  const faultsNs = restartNs ?? firstRunNs;
  // With a restart policy, the agent sums the other counters over the runs.
  const isFaults = (group: string): boolean => group === COUNTER_GROUPS.faults;
  const groups = groupsOf(given);
  const continues =
    hasHeld(counterStates) &&
    [...groups].some(([group, counters]) => {
      const state = counterStates.get(group);
      const isConclusive = isOwn(group) && !isDeviceSum(group) && !(isFaults(group) && faultsNs !== undefined);
      return state !== undefined && isConclusive && continuesFromHeld(state, counters);
    });
  const isReset = continues || lateRestartNs !== undefined;
  const sample = isFullReset || isReset ? given : { ...given, disk: disk && withAbsentDevices(disk, counterStates) };
  if (sample.disk !== undefined) groups.set(COUNTER_GROUPS.disk, sample.disk.total);
  const next = new Map<string, CounterState>();
  for (const [group, counters] of groups) {
    const known = counterStates.get(group);
    if (isDeviceSum(group) && known !== undefined && !isFullReset) {
      const resetNs = restartNs ?? (isReset ? (lateRestartNs ?? known.readNs) : undefined);
      const hasReset = !hasHeldDevice(next) && continuesFromHeld(known, counters);
      next.set(group, updateCounters(known, { counters, readNs, restartNs: resetNs, isReset: hasReset }));
    } else if (!isOwn(group)) {
      const hasReset = known !== undefined && continuesFromHeld(known, counters);
      next.set(group, updateCounters(known, { counters, readNs, isReset: hasReset }));
    } else if (isFaults(group) && faultsNs !== undefined) {
      const reset = Object.keys(counters);
      const starts = Object.fromEntries(reset.map((key) => [key, faultsNs]));
      next.set(group, { accepted: counters, readNs, starts, reset });
    } else {
      const explainingRestartNs = isSummed ? undefined : restartNs;
      next.set(
        group,
        updateCounters(isFullReset ? undefined : known, {
          counters,
          readNs,
          restartNs: explainingRestartNs,
          lateRestartNs,
          isReset,
        }),
      );
    }
  }
  if (!isFullReset && counterStates.size <= MAX_ABSENT_GROUPS) {
    for (const [group, state] of counterStates) {
      if (!next.has(group) && !(isReset && isDevice(group))) next.set(group, state);
    }
  }
  const isCpuReset = isReset && isHeld(counterStates, COUNTER_GROUPS.cpu);
  return { sample: hasHeld(next) ? withoutHeldCounters(sample, next) : sample, counterStates: next, isCpuReset };
}

function groupsOf({ cpu, memory, networks, disk }: ContainerSample): Map<string, Counters> {
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

const DEVICE_PREFIX = COUNTER_GROUPS.device('');
const NETWORK_PREFIX = COUNTER_GROUPS.network('');

export function isDevice(group: string): boolean {
  return group.startsWith(DEVICE_PREFIX);
}

function deviceOf(group: string): string {
  return group.slice(DEVICE_PREFIX.length);
}

function hasHeld(counterStates: ContainerCounters): boolean {
  for (const { held } of counterStates.values()) if (held !== undefined) return true;
  return false;
}

function hasHeldDevice(counterStates: ContainerCounters): boolean {
  return [...counterStates].some(([group, { held }]) => isDevice(group) && held !== undefined);
}

/** Adds devices that are no longer listed to the total, because a decrease would look like a reset. */
function withAbsentDevices({ total, byDevice }: DiskCounters, counterStates: ContainerCounters): DiskCounters {
  if (byDevice === undefined) return { total, byDevice };
  const complete: Partial<Record<DeviceCounter, number>> = { ...total };
  for (const [group, { accepted }] of counterStates) {
    if (!isDevice(group)) continue;
    const present = byDevice.get(deviceOf(group));
    for (const counter of DEVICE_COUNTERS) {
      const sum = complete[counter];
      if (sum === undefined || present?.[counter] !== undefined) continue;
      complete[counter] = sum + (accepted[counter] ?? 0);
    }
  }
  return { total: complete, byDevice };
}

function withoutHeldCounters(sample: ContainerSample, counterStates: ContainerCounters): ContainerSample {
  const { cpu, memory, networks, disk } = sample;
  return {
    ...sample,
    cpu: cpu && cpuWithoutHeld(cpu, counterStates),
    memory: memory && memoryWithoutHeld(memory, counterStates),
    networks:
      networks &&
      new Map(
        [...networks].map(([iface, counters]) => [
          iface,
          withoutHeld(counters, counterStates.get(COUNTER_GROUPS.network(iface))),
        ]),
      ),
    disk: disk && diskWithoutHeld(disk, counterStates),
  };
}

/** All modes or none, and all CPUs or none: a partial set would look like the total. */
function cpuWithoutHeld(cpu: CpuCounters, counterStates: ContainerCounters): CpuCounters {
  return {
    ...cpu,
    ...(isHeld(counterStates, COUNTER_GROUPS.modes) && { userNs: undefined, kernelNs: undefined }),
    ...(isHeld(counterStates, COUNTER_GROUPS.perCpu) && { perCpuNs: undefined }),
  };
}

function memoryWithoutHeld(memory: MemoryStats, counterStates: ContainerCounters): MemoryStats {
  const { minorFaults, majorFaults, limitHits } = memory;
  const faults = withoutHeld({ minorFaults, majorFaults }, counterStates.get(COUNTER_GROUPS.faults));
  const hits = withoutHeld({ limitHits }, counterStates.get(COUNTER_GROUPS.limitHits));
  return {
    ...memory,
    minorFaults: faults.minorFaults,
    majorFaults: faults.majorFaults,
    limitHits: hits.limitHits,
  };
}

/** A total is held back if the same counter of any device is held back. */
function diskWithoutHeld({ total, byDevice }: DiskCounters, counterStates: ContainerCounters): DiskCounters {
  const known: Partial<Record<DeviceCounter, number>> = {
    ...withoutHeld(total, counterStates.get(COUNTER_GROUPS.disk)),
  };
  const devices = [...(byDevice ?? [])].map(([device, counters]) => {
    const state = counterStates.get(COUNTER_GROUPS.device(device));
    for (const counter of DEVICE_COUNTERS) if (state?.held?.[counter] !== undefined) delete known[counter];
    return [device, withoutHeld(counters, state)] as const;
  });
  return { total: known, byDevice: byDevice && new Map(devices) };
}
