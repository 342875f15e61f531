import type {
  ContainerInfo,
  ContainerSample,
  CpuReading,
  DeviceCounter,
  EpochNs,
  InterfaceCounter,
  TaskCgroup,
  TaskInfo,
} from '../snapshot/snapshot.ts';

/** Groups of a container's counters. The counters of a group come from one place in the document. */
export const COUNTER_GROUPS = {
  cpu: 'cpu time',
  modes: 'cpu modes',
  perCpu: 'cpu numbers',
  throttling: 'cpu throttling',
  faults: 'memory faults',
  limitHits: 'memory limit hits',
  disk: 'disk',
  device: (device: string) => `disk ${device}`,
  network: (iface: string) => `network ${iface}`,
} as const;

export interface CounterGroup {
  /** Start times of counters that have reset. Other counters have the start time of the container. */
  readonly starts?: Readonly<Record<string, EpochNs>> | undefined;
  /** Counters that decreased in this sample. They are not exported until the next sample shows why. */
  readonly held?: object | undefined;
}

/** One container at one poll, with its previous CPU reading. */
export interface ContainerView {
  readonly info: ContainerInfo;
  /** Undefined if the container has no current stats. */
  readonly sample?: ContainerSample | undefined;
  /** An earlier reading of the same run. Without one, there is no CPU usage. */
  readonly previousCpu?: PreviousCpu | undefined;
  /** Start time of its counters. */
  readonly startTimeNs?: EpochNs | undefined;
  /** Keys: the names in `COUNTER_GROUPS`. */
  readonly groups?: ReadonlyMap<string, CounterGroup> | undefined;
  /** Start of the run of the sample, if ECS reports it. */
  readonly runStartNs?: EpochNs | undefined;
  /** True if the container restarted, but ECS reports no new start time. */
  readonly isStartUnknown?: boolean | undefined;
  /** Whether --include and --exclude select it. Task totals count it in any case. */
  readonly isSelected: boolean;
  /** True if the ecs vocabulary, which has no container id, exports another container under this name. */
  readonly isNameTaken?: boolean | undefined;
}

/** The earlier of two readings whose difference is the CPU usage. */
export interface PreviousCpu extends CpuReading {
  /** Monotonic milliseconds between its arrival and that of the sample. Undefined if one document contained both. */
  readonly arrivalGapMs?: number | undefined;
}

/** Counters of the task, over all of its containers, including stopped ones. */
export type TotalKey = 'cpuNs' | InterfaceCounter | DeviceCounter;
export type TaskTotals = Readonly<Partial<Record<TotalKey, number>>>;

/** The task at one poll. */
export interface TaskView {
  readonly task: TaskInfo;
  readonly containers: readonly ContainerView[];
  /** True if the metadata lacks containers: it was truncated, or one that was sampled before still has stats. */
  readonly isIncomplete?: boolean | undefined;
  readonly totals: TaskTotals;
  /** Time of the newest sample in the totals. Undefined if no container has a current sample. */
  readonly sampledNs?: EpochNs | undefined;
  /** Start time of its first container. */
  readonly startTimeNs?: EpochNs | undefined;
  readonly cgroup?: TaskCgroup | undefined;
}

/** Start time of a counter that has reset since the start time of the container. */
export function resetTimeOf({ groups }: ContainerView, group: string, counter: string): EpochNs | undefined {
  return groups?.get(group)?.starts?.[counter];
}

/** Whether counters of the group decreased in this sample, see `CounterGroup.held`. */
export function isHeld(groups: ContainerView['groups'], group: string): boolean {
  return groups?.get(group)?.held !== undefined;
}
