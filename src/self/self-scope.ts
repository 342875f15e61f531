/** Counts by reason. */
export type ByReason = ReadonlyMap<string, number>;

/** The exporter's own state, from which its rows are computed. */
export interface SelfScope {
  readonly version: string;
  readonly nodeVersion: string;
  readonly polls: PollCounts;
  /** At the last poll; undefined without a current view. */
  readonly containers?: ContainerCounts | undefined;
  /** Series of containers and of the task. */
  readonly series: number;
  readonly exports: ExportCounts;
  readonly processUsage?: ProcessUsage | undefined;
  /** Clients that the HTTP server rejected; undefined without a server. */
  readonly httpRejections?: ByReason | undefined;
}

export interface PollCounts {
  readonly count: number;
  readonly isLastGood: boolean;
  readonly restarts: number;
  readonly lastSeconds?: number | undefined;
  /** Time of the last successful poll, in seconds since the epoch. */
  readonly lastSuccessSeconds?: number | undefined;
  readonly failures: ByReason;
  readonly invalidValues: ByReason;
  /** Empty until tags are requested. */
  readonly tagFailures: ByReason;
  /** Empty unless the cgroup is read. */
  readonly cgroupFailures: ByReason;
}

/** Number of containers of the task, by the state of their stats. */
export interface ContainerCounts {
  readonly withStats: number;
  /** RUNNING, without a current sample. */
  readonly withoutStats: number;
  readonly stale: number;
}

/** Counters of the push exporters, by exporter. */
export interface ExportCounts {
  readonly exports: ReadonlyMap<string, number>;
  /** End of the last successful export, in milliseconds since the epoch. */
  readonly lastSuccessMs: ReadonlyMap<string, number>;
  readonly failures: ReadonlyMap<string, ByReason>;
  /** Data points that receivers rejected from exports that they accepted. */
  readonly rejected: ReadonlyMap<string, number>;
  readonly acceptedPoints: ReadonlyMap<string, number>;
  /** Data points that no receiver accepted, by reason. */
  readonly failedPoints: ReadonlyMap<string, ByReason>;
  /** Sizes of request bodies, after compression, and of datagrams. */
  readonly sentBytes: ReadonlyMap<string, number>;
}

/** Resource usage of the exporter. */
export interface ProcessUsage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** Undefined until the first measurement. */
  readonly eventLoopDelaySeconds?: number | undefined;
}
