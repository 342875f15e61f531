import type { ExportCounts } from './self-scope.ts';

/** What can be counted of exports: all of it is there from the start, so that a first failure is an increase. */
export interface ExportKinds {
  readonly exporters: readonly string[];
  readonly failureReasons: readonly string[];
  /** Those whose receivers say what they did not take. */
  readonly withRejections: readonly string[];
}

/** One export that has ended. */
export interface ExportResult {
  /** Why it failed; undefined if it did not. */
  readonly reason?: string | undefined;
  /** Number of data points in it. */
  readonly points: number;
  /** Number of those that the receiver rejected. */
  readonly rejectedPoints?: number | undefined;
}

/** Counts of what the push exporters did. */
export interface ExportAccount {
  enter(exporter: string, result: ExportResult): void;
  counts(): ExportCounts;
}

/** Reason of a data point in an export that the receiver took otherwise: the convention's value of `error.type`. */
export const REJECTED = 'rejected';

export function createExportAccount({ exporters, failureReasons, withRejections }: ExportKinds): ExportAccount {
  const exports = new Map(exporters.map((name) => [name, 0]));
  const rejected = new Map(withRejections.map((name) => [name, 0]));
  const failures = new Map(
    exporters.map((name) => [name, new Map<string, number>(failureReasons.map((reason) => [reason, 0]))]),
  );
  const acceptedPoints = new Map(exporters.map((name) => [name, 0]));
  const failedPoints = new Map(
    exporters.map((name) => {
      const reasons = rejected.has(name) ? [...failureReasons, REJECTED] : failureReasons;
      return [name, new Map<string, number>(reasons.map((reason) => [reason, 0]))];
    }),
  );

  return {
    enter(exporter, { reason, points, rejectedPoints }) {
      add(exports, exporter, 1);
      if (reason !== undefined) {
        add(failures.get(exporter), reason, 1);
        add(failedPoints.get(exporter), reason, points);
        return;
      }
      add(acceptedPoints, exporter, Math.max(0, points - (rejectedPoints ?? 0)));
      if (rejectedPoints === undefined) return;
      add(rejected, exporter, rejectedPoints);
      add(failedPoints.get(exporter), REJECTED, rejectedPoints);
    },
    counts: () => ({ exports, failures, rejected, acceptedPoints, failedPoints }),
  };
}

function add(counts: Map<string, number> | undefined, name: string, more: number): void {
  counts?.set(name, (counts.get(name) ?? 0) + more);
}
