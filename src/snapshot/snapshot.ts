/**
 * One poll of the endpoint, normalised: every difference between Fargate, EC2, External and Managed Instances, cgroup v1
 * and v2, Linux and Windows ends here. A member that is missing is a value that the endpoint did not give.
 *
 * Times are nanoseconds since the Unix epoch as bigint: `read` stamps have nine digits, which a double cannot hold.
 */

import type { Health } from './container-info.ts';
import type { CpuCounters } from './cpu-stats.ts';
import type { DiskCounters } from './disk-stats.ts';
import type { MemoryStats } from './memory-stats.ts';
import type { InterfaceCounters } from './network-stats.ts';
import type { PidStats } from './stats-document.ts';
import type { TaskError } from './task-info.ts';
import type { EpochNs } from './time.ts';
import type { Labels } from './values.ts';

export type { CpuCounters } from './cpu-stats.ts';
export { DEVICE_COUNTERS, type DeviceCounter, type DeviceCounters, type DiskCounters } from './disk-stats.ts';
export type { MemoryStats } from './memory-stats.ts';
export { INTERFACE_COUNTERS, type InterfaceCounter, type InterfaceCounters } from './network-stats.ts';
export type { PidStats } from './stats-document.ts';
export type { EpochNs };

/** Names the task's totals in the ecs vocabulary, in the container's label: no container may be called so. */
export const TASK_TOTAL_NAME = '_task_';

/** CPU counters and the moment at which they were read: what a difference is taken from. */
export interface CpuReading {
  readonly readNs: EpochNs;
  readonly cpu: CpuCounters;
}

/** What one container's entry of `/task/stats` said. */
export interface ContainerSample {
  readonly readNs: EpochNs;
  readonly cpu?: CpuCounters | undefined;
  /** `precpu_stats`, when it is a real earlier reading. */
  readonly precpu?: CpuReading | undefined;
  readonly memory?: MemoryStats | undefined;
  readonly pids?: PidStats | undefined;
  /** By interface name. Absent for host and none networking. */
  readonly networks?: ReadonlyMap<string, InterfaceCounters> | undefined;
  readonly disk?: DiskCounters | undefined;
}

/** What `/task` says of one container. */
export interface ContainerInfo {
  readonly id: string;
  /** The task definition's name; well-formed, at most 255 characters. */
  readonly name: string;
  readonly image?: string | undefined;
  readonly imageId?: string | undefined;
  readonly arn?: string | undefined;
  readonly dockerName?: string | undefined;
  /** How the image's layers are kept: overlayfs, soci. */
  readonly snapshotter?: string | undefined;
  readonly knownStatus?: string | undefined;
  readonly desiredStatus?: string | undefined;
  /** Absent: no health check. */
  readonly health?: Health | undefined;
  /** Of its last run, once that ended. May be negative. */
  readonly exitCode?: number | undefined;
  readonly createdNs?: EpochNs | undefined;
  /** Start of the current run. Undefined before the first start, and where ECS does not report it. */
  readonly startedAtNs?: EpochNs | undefined;
  /** Start of the current run, or CreatedAt if ECS reports no start. */
  readonly runStartNs?: EpochNs | undefined;
  /** Start of the first run (StartedAt), else CreatedAt. */
  readonly firstRunStartNs?: EpochNs | undefined;
  readonly finishedNs?: EpochNs | undefined;
  /** Only where the container has a restart policy: its absence is not 0. */
  readonly restartCount?: number | undefined;
  /** Limits.CPU as given: CPU units, a weight. 0 and 2 mean unset. */
  readonly cpuUnits?: number | undefined;
  /** Limits.Memory as given: MiB. 0 means unset. */
  readonly memoryMib?: number | undefined;
  /** Docker labels, those that were asked for. */
  readonly labels?: Labels | undefined;
  /** Which network namespace its interfaces belong to: containers with the same value share one. */
  readonly networkNamespace: string;
  /** True where the namespace is the task's, so that its traffic is no container's own. */
  readonly sharesNetworkNamespace: boolean;
}

/** What `/task` says of the task. */
export interface TaskInfo {
  readonly cluster?: string | undefined;
  readonly arn?: string | undefined;
  readonly family?: string | undefined;
  readonly revision?: string | undefined;
  readonly availabilityZone?: string | undefined;
  /** The zone's name in every account, such as euw1-az2. */
  readonly availabilityZoneId?: string | undefined;
  readonly vpcId?: string | undefined;
  /** Upper case: EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES. */
  readonly launchType?: string | undefined;
  readonly serviceName?: string | undefined;
  readonly knownStatus?: string | undefined;
  readonly desiredStatus?: string | undefined;
  /** From the first image that was pulled to the last. */
  readonly pullStartedNs?: EpochNs | undefined;
  readonly pullStoppedNs?: EpochNs | undefined;
  /** When the task was told to stop. */
  readonly executionStoppedNs?: EpochNs | undefined;
  readonly ephemeralStorage?: EphemeralStorage | undefined;
  readonly clock?: ClockInfo | undefined;
  readonly isFaultInjectionEnabled?: boolean | undefined;
  /** What ECS could not find out. */
  readonly errors?: readonly TaskError[] | undefined;
  /** Tags of the task, those that were asked for. */
  readonly tags?: Labels | undefined;
  /** Limits.CPU as given: vCPU. */
  readonly cpuCores?: number | undefined;
  /** Limits.Memory as given: MiB. */
  readonly memoryMib?: number | undefined;
}

/** The disk of a Fargate task, without what Fargate keeps for itself. */
export interface EphemeralStorage {
  readonly usedMib?: number | undefined;
  readonly reservedMib?: number | undefined;
}

/** How well the clock of the host is set. */
export interface ClockInfo {
  /** How far off it is at most. */
  readonly errorBoundMs?: number | undefined;
  readonly isSynchronized?: boolean | undefined;
  /** When that was found out. */
  readonly referenceNs?: EpochNs | undefined;
}

/** What one container says about its network namespace. */
export interface NetworkSettings {
  /** `awsvpc`, `bridge`, `host`, `container:<id>`, a network's name; undefined when not given. */
  readonly mode?: string | undefined;
  /** All of its IP addresses, sorted and joined; empty when it has none. */
  readonly addresses: string;
}

/** `/task`, parsed. Both lists are sorted by name and id. */
export interface TaskMetadata {
  readonly task: TaskInfo;
  /** The user's (Type NORMAL). */
  readonly containers: readonly ContainerInfo[];
  /** ECS' own, such as the pause container, which holds the network namespace of an awsvpc task on EC2. */
  readonly internals: readonly ContainerInfo[];
  /** What each container last said about its network, by id. */
  readonly networkSettings: ReadonlyMap<string, NetworkSettings>;
}

export interface ContainerSnapshot {
  readonly info: ContainerInfo;
  /** True if another container is exported under this name in ecs, or if the name is reserved for the task. */
  readonly isNameTaken?: boolean | undefined;
  /** Absent: no stats now (stopped, not started yet, or not readable). */
  readonly sample?: ContainerSample | undefined;
}

/** One poll, joined: metadata and stats of each container. */
export interface TaskSnapshot {
  readonly task: TaskInfo;
  readonly containers: readonly ContainerSnapshot[];
  readonly internals: readonly ContainerSnapshot[];
  /** False if `/task/stats` could not be read: a missing sample then does not mean that the container has stopped. */
  readonly hasStats: boolean;
  /** Names that several containers share. */
  readonly duplicateNames: readonly string[];
  /** Ids that have stats but no metadata, such as another task's where a local endpoint shows a whole machine. */
  readonly unknownIds: readonly string[];
  /** From the kernel, and not from the endpoint; absent unless a cgroup file system is given and has it. */
  readonly cgroup?: TaskCgroup | undefined;
}

export const TASK_CGROUP_COUNTERS = [
  'cpuNs',
  'periods',
  'throttledPeriods',
  'throttledNs',
  'memoryLimitHits',
  'oomKills',
] as const;
export type TaskCgroupCounter = (typeof TASK_CGROUP_COUNTERS)[number];

/** What the kernel says of the task's own cgroup, the parent of those of its containers. Counters begin with the task. */
export interface TaskCgroup extends Readonly<Partial<Record<TaskCgroupCounter, number>>> {
  /** What the CPU quota allows; undefined also where none is set. */
  readonly quotaCores?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly memoryPeakBytes?: number | undefined;
  /** Undefined also where none is set. */
  readonly memoryLimitBytes?: number | undefined;
  /** For counters that were seen to fall: since when they count. */
  readonly startTimeNs?: Readonly<Partial<Record<TaskCgroupCounter, EpochNs>>> | undefined;
}
