/**
 * The document at /api/status, from which the page at / is rendered. docs/status-page.md describes its members. A missing
 * member means unknown, not 0. Times are ISO 8601 in UTC.
 */
export interface Status {
  readonly program: string;
  readonly version: string;
  readonly intervalSeconds: number;
  readonly polls: PollStatus;
  readonly tasks: readonly TaskStatus[];
  readonly exporters: readonly ExporterStatus[];
  /** Age of each history entry, oldest first. */
  readonly historySecondsAgo?: readonly number[] | undefined;
  /** The latest log events, oldest first. Trusted clients only. */
  readonly log?: readonly object[] | undefined;
  /** As printed by --print-config. Trusted clients only. */
  readonly config?: object | undefined;
}

/** Polls of the metadata endpoint. */
export interface PollStatus {
  readonly count: number;
  readonly isLastSuccessful: boolean;
  readonly lastSuccess?: string | undefined;
  readonly lastSeconds?: number | undefined;
  /** By reason, without reasons that have not occurred. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Values of a container or of a task. */
export interface UsageStatus {
  readonly cpu: CpuStatus;
  readonly memory: MemoryStatus;
  readonly network: NetworkStatus;
  readonly disk: DiskStatus;
  readonly history?: HistoryStatus | undefined;
}

export interface TaskStatus extends UsageStatus {
  /** Identifies the task in this document. */
  readonly key: string;
  /** The exported resource attributes of the task. */
  readonly resource: Readonly<Record<string, string>>;
  readonly knownStatus?: string | undefined;
  readonly desiredStatus?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly ephemeralStorage?: StorageStatus | undefined;
  readonly containers: readonly ContainerStatus[];
}

export interface ContainerStatus extends UsageStatus {
  readonly id: string;
  readonly name: string;
  readonly image?: string | undefined;
  /** Labels selected by --container-labels. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly knownStatus?: string | undefined;
  readonly desiredStatus?: string | undefined;
  readonly health?: string | undefined;
  readonly restarts?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly uptimeSeconds?: number | undefined;
}

export interface CpuStatus {
  readonly cores?: number | undefined;
  readonly limitCores?: number | undefined;
  /** Fraction of the limit, or of the host without a limit. */
  readonly utilization?: number | undefined;
}

export interface MemoryStatus {
  readonly workingSetBytes?: number | undefined;
  readonly limitBytes?: number | undefined;
  readonly utilization?: number | undefined;
}

/** Totals, and rates over at most 30 s. */
export interface NetworkStatus {
  readonly receivedBytes?: number | undefined;
  readonly transmittedBytes?: number | undefined;
  readonly receivedBytesPerSecond?: number | undefined;
  readonly transmittedBytesPerSecond?: number | undefined;
  /** True if the values cover a network namespace shared by several containers. */
  readonly isShared?: boolean | undefined;
}

export interface DiskStatus {
  readonly readBytes?: number | undefined;
  readonly writtenBytes?: number | undefined;
  readonly readBytesPerSecond?: number | undefined;
  readonly writtenBytesPerSecond?: number | undefined;
}

export interface StorageStatus {
  readonly usedBytes?: number | undefined;
  readonly reservedBytes?: number | undefined;
  readonly utilization?: number | undefined;
}

/** Values of the last 15 minutes; null if unknown. */
export interface HistoryStatus {
  readonly cpuCores: readonly (number | null)[];
  readonly memoryBytes: readonly (number | null)[];
  readonly networkBytesPerSecond: readonly (number | null)[];
  readonly diskBytesPerSecond: readonly (number | null)[];
}

export interface ExporterStatus {
  readonly name: string;
  readonly lastSuccess?: string | undefined;
  /** Exports, or scrapes for prometheus. */
  readonly exports: number;
  /** By reason, without reasons that have not occurred. */
  readonly failures: Readonly<Record<string, number>>;
  readonly points?: number | undefined;
  readonly rejectedPoints?: number | undefined;
  readonly bytes?: number | undefined;
}
