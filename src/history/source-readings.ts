import {
  type ContainerInfo,
  DEVICE_COUNTERS,
  type DeviceCounter,
  type DeviceCounters,
  type DiskCounters,
  type EpochNs,
} from '../snapshot/snapshot.ts';
import { type ContainerCounters, isDevice } from './container-counters.ts';
import type { ContainerHistory } from './container-history.ts';
import { COUNTER_GROUPS, isHeld, type TaskTotals } from './view.ts';

/** Latest counters of one source: CPU or disk of a container, a device, or an interface of a network namespace. */
export interface SourceReading {
  readonly source: string;
  /** The container or network namespace that the source belongs to. */
  readonly owner: string;
  readonly readNs: EpochNs;
  readonly counters: TaskTotals;
  /** Counters that reset since the previous reading. */
  readonly reset?: readonly string[] | undefined;
  /** True if the counters outlive the containers that report them, so that a decrease is not a reset. */
  readonly outlivesContainers?: boolean;
}

/** Names of the sources of a container. */
export const SOURCES = {
  cpu: (id: string) => `container ${id}`,
  disk: (id: string) => `disk ${id}`,
} as const;

/** Counters of a container, its devices and the interfaces of its network namespace. */
export function readingsOf(info: ContainerInfo, { sample, counterStates }: ContainerHistory): readonly SourceReading[] {
  const { readNs, cpu, disk } = sample;
  const owner = info.id;
  const reading = (source: string, group: string, counters: TaskTotals): SourceReading => {
    return { source, owner, readNs, counters, reset: counterStates.get(group)?.reset };
  };
  const cpuNs = isHeld(counterStates, COUNTER_GROUPS.cpu) ? undefined : cpu?.totalNs;
  return [
    reading(SOURCES.cpu(owner), COUNTER_GROUPS.cpu, cpuNs ? { cpuNs } : {}),
    reading(SOURCES.disk(owner), COUNTER_GROUPS.disk, unattributedDisk(disk, counterStates)),
    ...[...(disk?.byDevice ?? [])].map(([device, counted]) =>
      reading(`disk ${owner} ${device}`, COUNTER_GROUPS.device(device), counted),
    ),
    ...networkReadings(info, { sample, counterStates }),
  ];
}

/**
 * I/O that is not attributed to a named device, usually 0. Devices are separate sources, so that the total does not decrease
 * when one disappears.
 */
function unattributedDisk(disk: DiskCounters | undefined, counterStates: ContainerCounters): DeviceCounters {
  if (disk?.byDevice === undefined) return disk?.total ?? {};
  const rest: Partial<Record<DeviceCounter, number>> = { ...disk.total };
  for (const [group, { accepted }] of counterStates) {
    if (!isDevice(group)) continue;
    for (const counter of DEVICE_COUNTERS) {
      const total = rest[counter];
      if (total !== undefined) rest[counter] = Math.max(0, total - (accepted[counter] ?? 0));
    }
  }
  return rest;
}

/**
 * Counters of each interface. The pause container has some too: agents before 1.43 reported the counters of an awsvpc task
 * for it alone. A shared namespace lasts as long as the task. Agents before 1.100 divide its counters by the number of
 * containers, so they can decrease.
 */
export function networkReadings(
  info: ContainerInfo,
  { sample, counterStates }: Pick<ContainerHistory, 'sample' | 'counterStates'>,
): readonly SourceReading[] {
  const { readNs, networks = [] } = sample;
  return [...networks].map(([iface, counters]) => {
    const source = `network ${info.networkNamespace} ${iface}`;
    const reset = counterStates.get(COUNTER_GROUPS.network(iface))?.reset;
    return {
      source,
      owner: info.networkNamespace,
      readNs,
      counters,
      reset,
      outlivesContainers: info.sharesNetworkNamespace,
    };
  });
}
