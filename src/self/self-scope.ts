/** Counts by reason. */
export type ByReason = ReadonlyMap<string, number>;

/** What the exporter knows of its own work: what its rows are computed from. */
export interface SelfScope {
  readonly version: string;
  readonly nodeVersion: string;
  readonly polls: PollCounts;
  /** Of the last poll; undefined as long as none has succeeded lately. */
  readonly containers?: ContainerCounts | undefined;
  /** Series of containers and of the task. */
  readonly series: number;
  readonly exports: ExportCounts;
  readonly processUse?: ProcessUse | undefined;
  /** Clients that the HTTP server rejected; undefined without a server. */
  readonly httpRejections?: ByReason | undefined;
}

export interface PollCounts {
  readonly count: number;
  readonly isLastGood: boolean;
  readonly restarts: number;
  readonly lastSeconds?: number | undefined;
  /** When a poll last succeeded, in seconds since the epoch. */
  readonly lastSuccessSeconds?: number | undefined;
  readonly failures: ByReason;
  readonly invalidValues: ByReason;
  /** Empty as long as nobody asks for tags. */
  readonly tagFailures: ByReason;
  /** Empty as long as nobody reads cgroups. */
  readonly cgroupFailures: ByReason;
}

/** Number of containers of the task, by the state of their stats. */
export interface ContainerCounts {
  readonly withStats: number;
  /** RUNNING, without a current sample. */
  readonly withoutStats: number;
  readonly stale: number;
}

/** What the push exporters did, by exporter. */
export interface ExportCounts {
  readonly exports: ReadonlyMap<string, number>;
  readonly failures: ReadonlyMap<string, ByReason>;
  /** Data points that receivers rejected out of exports that they took. */
  readonly rejected: ReadonlyMap<string, number>;
  /** Data points that receivers took. */
  readonly acceptedPoints: ReadonlyMap<string, number>;
  /** Data points that no receiver took, by reason. */
  readonly failedPoints: ReadonlyMap<string, ByReason>;
}

/** What the process of the exporter costs. */
export interface ProcessUse {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** Undefined before the first look. */
  readonly eventLoopDelaySeconds?: number | undefined;
}
