/**
 * One poll of the endpoint, normalised over Fargate, EC2, External and Managed Instances, cgroup v1 and v2, Linux and
 * Windows. A missing member is a value that the endpoint did not report.
 *
 * Times are nanoseconds since the Unix epoch as bigint: `read` has nine fractional digits, which a double cannot represent.
 */

import type { Health } from './container-info.ts';
import type { CpuCounters } from './cpu-stats.ts';
import type { DiskCounters } from './disk-stats.ts';
import type { Labels } from './json-values.ts';
import type { MemoryStats } from './memory-stats.ts';
import type { InterfaceCounters } from './network-stats.ts';
import type { PidStats } from './stats-document.ts';
import type { TaskError } from './task-info.ts';
import type { EpochNs } from './time.ts';

export type { CpuCounters } from './cpu-stats.ts';
export { DEVICE_COUNTERS, type DeviceCounter, type DeviceCounters, type DiskCounters } from './disk-stats.ts';
export type { MemoryStats } from './memory-stats.ts';
export { INTERFACE_COUNTERS, type InterfaceCounter, type InterfaceCounters } from './network-stats.ts';
export type { PidStats } from './stats-document.ts';
export type { EpochNs };

/** Container name of the task totals in the ecs vocabulary. Reserved. */
export const TASK_TOTAL_NAME = '_task_';

/** CPU counters and the time at which they were read. */
export interface CpuReading {
  readonly readNs: EpochNs;
  readonly cpu: CpuCounters;
}

/** Entry of a container in `/task/stats`. */
export interface ContainerSample {
  readonly readNs: EpochNs;
  readonly cpu?: CpuCounters | undefined;
  /** `precpu_stats`, if it is a real earlier reading. */
  readonly precpu?: CpuReading | undefined;
  readonly memory?: MemoryStats | undefined;
  readonly pids?: PidStats | undefined;
  /** By interface name. Absent in the network modes host and none. */
  readonly networks?: ReadonlyMap<string, InterfaceCounters> | undefined;
  readonly disk?: DiskCounters | undefined;
}

/** Metadata of a container in `/task`. */
export interface ContainerInfo {
  readonly id: string;
  /** The name in the task definition. Well-formed, at most 255 characters. */
  readonly name: string;
  readonly image?: string | undefined;
  readonly imageId?: string | undefined;
  readonly arn?: string | undefined;
  readonly dockerName?: string | undefined;
  /** Storage of the image layers: overlayfs, soci. */
  readonly snapshotter?: string | undefined;
  readonly knownStatus?: string | undefined;
  readonly desiredStatus?: string | undefined;
  /** Absent: no health check. */
  readonly health?: Health | undefined;
  /** Of the last completed run. Can be negative. */
  readonly exitCode?: number | undefined;
  readonly createdNs?: EpochNs | undefined;
  /** Start of the current run. Undefined before the first start, and if ECS does not report it. */
  readonly startedAtNs?: EpochNs | undefined;
  /** Start of the current run, or CreatedAt if ECS reports no start. */
  readonly runStartNs?: EpochNs | undefined;
  /** Start of the first run (StartedAt), otherwise CreatedAt. */
  readonly firstRunStartNs?: EpochNs | undefined;
  readonly finishedNs?: EpochNs | undefined;
  /** Only with a restart policy: its absence is not 0. */
  readonly restartCount?: number | undefined;
  /** Limits.CPU in CPU units, a weight. 0 and 2 mean unset. */
  readonly cpuUnits?: number | undefined;
  /** Limits.Memory in MiB. 0 means unset. */
  readonly memoryMib?: number | undefined;
  /** Selected Docker labels. */
  readonly labels?: Labels | undefined;
  /** Key of its network namespace. Containers with the same key share one. */
  readonly networkNamespace: string;
  /** True if the namespace is shared, so that its traffic is not that of one container. */
  readonly sharesNetworkNamespace: boolean;
}

/** Metadata of the task in `/task`. */
export interface TaskInfo {
  readonly cluster?: string | undefined;
  readonly arn?: string | undefined;
  readonly family?: string | undefined;
  readonly revision?: string | undefined;
  readonly availabilityZone?: string | undefined;
  /** Zone id, the same in all accounts, such as euw1-az2. */
  readonly availabilityZoneId?: string | undefined;
  readonly vpcId?: string | undefined;
  /** Upper case: EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES. */
  readonly launchType?: string | undefined;
  readonly serviceName?: string | undefined;
  readonly knownStatus?: string | undefined;
  readonly desiredStatus?: string | undefined;
  /** Start of the first image pull, and end of the last one. */
  readonly pullStartedNs?: EpochNs | undefined;
  readonly pullStoppedNs?: EpochNs | undefined;
  /** When ECS began to stop the task. */
  readonly executionStoppedNs?: EpochNs | undefined;
  readonly ephemeralStorage?: EphemeralStorage | undefined;
  readonly clock?: ClockInfo | undefined;
  readonly isFaultInjectionEnabled?: boolean | undefined;
  /** Values that ECS could not determine. */
  readonly errors?: readonly TaskError[] | undefined;
  /** Selected tags of the task. */
  readonly tags?: Labels | undefined;
  /** Limits.CPU in vCPU. */
  readonly cpuCores?: number | undefined;
  /** Limits.Memory in MiB. */
  readonly memoryMib?: number | undefined;
}

/** Ephemeral storage of a Fargate task, without storage that Fargate reserves. */
export interface EphemeralStorage {
  readonly usedMib?: number | undefined;
  readonly reservedMib?: number | undefined;
}

/** State of the host clock. */
export interface ClockInfo {
  /** Maximum error. */
  readonly errorBoundMs?: number | undefined;
  readonly isSynchronized?: boolean | undefined;
  /** When the error was determined. */
  readonly referenceNs?: EpochNs | undefined;
}

/** `Networks` of a container. */
export interface NetworkSettings {
  /** `awsvpc`, `bridge`, `host`, `container:<id>` or the name of a network. */
  readonly mode?: string | undefined;
  /** All IP addresses, sorted and joined. Can be empty. */
  readonly addresses: string;
}

/** Parsed `/task`. Both lists are sorted by name and id. */
export interface TaskMetadata {
  readonly task: TaskInfo;
  /** Containers of the user (Type NORMAL). */
  readonly containers: readonly ContainerInfo[];
  /** Internal containers of ECS, such as the pause container, which holds the network namespace of an awsvpc task on EC2. */
  readonly internalContainers: readonly ContainerInfo[];
  /** Last reported network settings of each container, by id. */
  readonly networkSettings: ReadonlyMap<string, NetworkSettings>;
  /** True if the document lists more containers than are read. */
  readonly isTruncated: boolean;
}

export interface ContainerSnapshot {
  readonly info: ContainerInfo;
  /** True if the ecs vocabulary exports another container under this name, or if the name is reserved for the task. */
  readonly isNameTaken?: boolean | undefined;
  /** Absent without stats: stopped, not started yet, or not readable. */
  readonly sample?: ContainerSample | undefined;
}

/** Metadata and stats of one poll, joined. */
export interface TaskSnapshot {
  readonly task: TaskInfo;
  readonly containers: readonly ContainerSnapshot[];
  readonly internalContainers: readonly ContainerSnapshot[];
  /** False if `/task/stats` could not be read: a missing sample then does not mean that the container has stopped. */
  readonly hasStats: boolean;
  /** Names that several containers share. */
  readonly duplicateNames: readonly string[];
  /** Ids with stats but no metadata, such as those of another task if a local endpoint covers a whole machine. */
  readonly unknownIds: readonly string[];
  /** True if the metadata is. @see TaskMetadata */
  readonly isTruncated: boolean;
  /** From the cgroup file system, if it is mounted and has the cgroup of the task. */
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

/** The task cgroup, the parent of the container cgroups. */
export interface TaskCgroup extends Readonly<Partial<Record<TaskCgroupCounter, number>>> {
  /** Undefined without a CPU quota. */
  readonly quotaCores?: number | undefined;
  readonly memoryBytes?: number | undefined;
  readonly memoryPeakBytes?: number | undefined;
  /** Undefined without a limit. */
  readonly memoryLimitBytes?: number | undefined;
  /** Start times of counters that have reset. Other counters start with the task. */
  readonly startTimeNs?: Readonly<Partial<Record<TaskCgroupCounter, EpochNs>>> | undefined;
}
