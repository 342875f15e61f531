import type { Recorder } from '../readings/recorder.ts';

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
  record(out: Recorder): void;
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
    record(out) {
      for (const [exporter, count] of exports) out.exporter('exporter_exports', count, { exporter });
      for (const [exporter, byReason] of failures) {
        for (const [reason, count] of byReason) out.exporter('exporter_export_failures', count, { exporter, reason });
      }
      for (const [exporter, count] of rejected) out.exporter('exporter_export_rejected_points', count, { exporter });
    },
  };
}
