import type { ExportCounts } from './self-scope.ts';

/** The counters to create. All of them start at 0, so that the first failure is an increase. */
export interface ExportKinds {
  readonly exporters: readonly string[];
  readonly failureReasons: readonly string[];
  /** Exporters whose receivers report rejected data points. */
  readonly withRejections: readonly string[];
  /** Exporters whose sent bytes are counted. */
  readonly withBytes: readonly string[];
}

/** The result of one export. */
export interface ExportResult {
  /** Undefined for a success. */
  readonly reason?: string | undefined;
  /** Number of data points. */
  readonly points: number;
  /** Number of data points in the requests that failed. @default all points of a failed export */
  readonly failedPoints?: number | undefined;
  /** Number of data points that the receiver rejected. */
  readonly rejectedPoints?: number | undefined;
}

export interface ExportCounters {
  /** @param atMs milliseconds since the epoch */
  record(exporter: string, result: ExportResult, atMs: number): void;
  recordBytes(exporter: string, bytes: number): void;
  counts(): ExportCounts;
}

/** `error.type` of data points that the receiver rejected from an export that it accepted. */
export const REJECTED = 'rejected';

export function createExportCounters(kinds: ExportKinds): ExportCounters {
  const { exporters, failureReasons, withRejections, withBytes } = kinds;
  const zeros = (names: readonly string[]): Map<string, number> => new Map(names.map((name) => [name, 0]));
  const exports = zeros(exporters);
  const acceptedPoints = zeros(exporters);
  const rejected = zeros(withRejections);
  const sentBytes = zeros(withBytes);
  const lastSuccessMs = new Map<string, number>();
  const failures = new Map(exporters.map((name) => [name, zeros(failureReasons)]));
  const failedPoints = new Map(
    exporters.map((name) => [name, zeros(rejected.has(name) ? [...failureReasons, REJECTED] : failureReasons)]),
  );

  return {
    record(exporter, result, atMs) {
      const { reason, points, failedPoints: failed = reason === undefined ? 0 : points, rejectedPoints } = result;
      increment(exports, exporter);
      if (reason === undefined) lastSuccessMs.set(exporter, atMs);
      else {
        increment(failures.get(exporter), reason);
        increment(failedPoints.get(exporter), reason, failed);
      }
      increment(acceptedPoints, exporter, Math.max(0, points - failed - (rejectedPoints ?? 0)));
      if (rejectedPoints === undefined) return;
      increment(rejected, exporter, rejectedPoints);
      increment(failedPoints.get(exporter), REJECTED, rejectedPoints);
    },
    recordBytes(exporter, bytes) {
      if (sentBytes.has(exporter)) increment(sentBytes, exporter, bytes);
    },
    counts: () => ({ exports, lastSuccessMs, failures, rejected, acceptedPoints, failedPoints, sentBytes }),
  };
}

export function increment<Name>(counts: Map<Name, number> | undefined, name: Name, by = 1): void {
  counts?.set(name, (counts.get(name) ?? 0) + by);
}
