import type { Recorder } from '../readings/recorder.ts';
import type { RefusalReason } from '../snapshot/refusals.ts';
import { ENDPOINT_ERROR_CODES, type EndpointErrorCode } from '../source/endpoint-error.ts';

/** Exports that have ended, and how many of them failed. */
export interface ExportCount {
  readonly exports: number;
  readonly failures: number;
}

/** What the program knows of its own work. */
export interface SelfMetrics {
  readonly status: 0 | 1;
  readonly polls: number;
  readonly failures: ReadonlyMap<EndpointErrorCode, number>;
  readonly refused: ReadonlyMap<RefusalReason, number>;
  readonly lastPollSeconds?: number | undefined;
  /** Seconds since the epoch. */
  readonly lastSuccessSeconds?: number | undefined;
  readonly restarts: number;
  /** Absent as long as no poll has succeeded lately. */
  readonly containers?: number | undefined;
  /** By push exporter. */
  readonly exports: ReadonlyMap<string, ExportCount>;
  readonly version: string;
  readonly nodeVersion: string;
}

export function recordSelf(self: SelfMetrics, out: Recorder): void {
  out.exporter('exporter_status', self.status);
  out.exporter('exporter_polls', self.polls);
  // Every reason is there from the start, so that its first failure is an increase.
  for (const reason of ENDPOINT_ERROR_CODES) {
    out.exporter('exporter_poll_failures', self.failures.get(reason) ?? 0, { reason });
  }
  for (const [reason, count] of self.refused) out.exporter('exporter_refused', count, { reason });
  out.exporter('exporter_poll_duration_seconds', self.lastPollSeconds);
  out.exporter('exporter_last_success_timestamp_seconds', self.lastSuccessSeconds);
  out.exporter('exporter_container_restarts', self.restarts);
  out.exporter('exporter_containers', self.containers);
  for (const [exporter, { exports, failures }] of self.exports) {
    out.exporter('exporter_exports', exports, { exporter });
    out.exporter('exporter_export_failures', failures, { exporter });
  }
  out.exporter('exporter_build_info', 1, { version: self.version, nodeVersion: self.nodeVersion });
}
