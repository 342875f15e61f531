import type { ExportCounts } from './self-scope.ts';

/** What can be counted of exports: all of it is there from the start, so that a first failure is an increase. */
export interface ExportKinds {
  readonly exporters: readonly string[];
  readonly failureReasons: readonly string[];
  /** Those whose receivers say what they did not take. */
  readonly withRejections: readonly string[];
}

/** Counts of what the push exporters did. */
export interface ExportAccount {
  /** @param reason why it failed; undefined when it did not. */
  enter(exporter: string, reason: string | undefined): void;
  enterRejected(exporter: string, points: number): void;
  counts(): ExportCounts;
}

export function createExportAccount({ exporters, failureReasons, withRejections }: ExportKinds): ExportAccount {
  const exports = new Map(exporters.map((name) => [name, 0]));
  const rejected = new Map(withRejections.map((name) => [name, 0]));
  const failures = new Map(
    exporters.map((name) => [name, new Map<string, number>(failureReasons.map((reason) => [reason, 0]))]),
  );

  return {
    enter(exporter, reason) {
      exports.set(exporter, (exports.get(exporter) ?? 0) + 1);
      if (reason === undefined) return;
      const byReason = failures.get(exporter) ?? new Map<string, number>();
      byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
      failures.set(exporter, byReason);
    },
    enterRejected(exporter, points) {
      rejected.set(exporter, (rejected.get(exporter) ?? 0) + points);
    },
    counts: () => ({ exports, failures, rejected }),
  };
}
