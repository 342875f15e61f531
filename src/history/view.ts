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

/** Names of the groups of a container's counters. A group is tracked as a unit. */
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
  /** Last reset of each counter. A counter without an entry has the container's start time. */
  readonly starts?: Readonly<Record<string, EpochNs>> | undefined;
  /** Counters that decreased in this sample; not exported until the next sample shows why. */
  readonly held?: object | undefined;
}

/** One container at one poll, with what it is to be compared with. */
export interface ContainerView {
  readonly info: ContainerInfo;
  /** Undefined if the container has no current stats. */
  readonly sample?: ContainerSample | undefined;
  /** An earlier reading of the same run. Undefined: no differences this time. */
  readonly previousCpu?: PreviousCpu | undefined;
  /** Since when its counters count. */
  readonly startTimeNs?: EpochNs | undefined;
  /** Keys: the names in `COUNTER_GROUPS`. */
  readonly groups?: ReadonlyMap<string, CounterGroup> | undefined;
  /** Start of the run that the sample is of, if ECS reports it. */
  readonly runStartNs?: EpochNs | undefined;
  /** True if the container restarted, but ECS reports no new start time. */
  readonly isStartUnknown?: boolean | undefined;
  /** Whether include and exclude select it. The task's totals count it in any case. */
  readonly isSelected: boolean;
  /** True if the ecs vocabulary, which has no container id, exports another container under this name. */
  readonly isNameTaken?: boolean | undefined;
}

/** The earlier of two readings whose difference is the CPU use. */
export interface PreviousCpu extends CpuReading {
  /** Monotonic milliseconds between its arrival and that of the sample; undefined if one document held both. */
  readonly arrivalGapMs?: number | undefined;
}

/** Counters of the task: what all of its containers did, the ended ones too. */
export type TotalKey = 'cpuNs' | InterfaceCounter | DeviceCounter;
export type TaskTotals = Readonly<Partial<Record<TotalKey, number>>>;

/** The task at one poll. */
export interface TaskView {
  readonly task: TaskInfo;
  readonly containers: readonly ContainerView[];
  /** True if the metadata lack a container that has been sampled before and still has stats. */
  readonly isIncomplete?: boolean | undefined;
  readonly totals: TaskTotals;
  /** Time of the newest sample in the totals; undefined if no container has a current one. */
  readonly sampledNs?: EpochNs | undefined;
  /** When its first container started. */
  readonly startTimeNs?: EpochNs | undefined;
  readonly cgroup?: TaskCgroup | undefined;
}

/** The start of a counter that has reset since the container began to count; undefined if it has not. */
export function resetOf({ groups }: ContainerView, group: string, counter: string): EpochNs | undefined {
  return groups?.get(group)?.starts?.[counter];
}

/** Whether counters of the group decreased in this sample. */
export function isHeld(groups: ContainerView['groups'], group: string): boolean {
  return groups?.get(group)?.held !== undefined;
}
