import { CGROUP_FAILURES, type CgroupFailure } from '../cgroup/failure.ts';
import type { Recorder } from '../readings/recorder.ts';
import type { RefusalReason } from '../snapshot/refusals.ts';
import { ENDPOINT_ERROR_CODES, type EndpointErrorCode } from '../source/endpoint-error.ts';
import type { PollResult } from './poller.ts';
import type { PollHistory } from './schedule.ts';
import { TAG_FAILURE_REASONS, type TagFailureReason } from './tag-reader.ts';

/** What the program counts of its own work. */
export interface Account {
  /** Records a poll: its duration, the number of restarted containers, and when it ended. */
  enterPoll(result: PollResult, seconds: number, restarts: number, wallSeconds: number): void;
  /** Counts values that could not be computed. */
  countInternalErrors(count: number): void;
  /** For the next poll's time. */
  history(): PollHistory;
  /** @param containers of the last poll; undefined as long as none has succeeded lately. */
  record(out: Recorder, containers: ContainerCounts | undefined): void;
}

/** Number of containers of the task, by the state of their stats. */
export interface ContainerCounts {
  readonly withStats: number;
  /** RUNNING, without a current sample. */
  readonly withoutStats: number;
  readonly stale: number;
}

export function createAccount(version: string): Account {
  const failures = new Map<EndpointErrorCode, number>(ENDPOINT_ERROR_CODES.map((code) => [code, 0]));
  const refused = new Map<RefusalReason, number>();
  /** Empty as long as nobody asks for tags. */
  const tagFailures = new Map<TagFailureReason, number>();
  /** Empty as long as nobody reads cgroups. */
  const cgroupFailures = new Map<CgroupFailure, number>();
  let polls = 0;
  let restarts = 0;
  let failuresInARow = 0;
  let lastFailure: EndpointErrorCode | undefined;
  let lastPollSeconds: number | undefined;
  let lastSuccessSeconds: number | undefined;

  return {
    enterPoll(result, seconds, restarted, wallSeconds) {
      polls += 1;
      restarts += restarted;
      lastPollSeconds = seconds;
      for (const { code } of result.failures) failures.set(code, (failures.get(code) ?? 0) + 1);
      for (const [reason, count] of result.refused) refused.set(reason, (refused.get(reason) ?? 0) + count);
      if (result.tags !== undefined) {
        for (const reason of TAG_FAILURE_REASONS) {
          const count = result.tags.failure?.reason === reason ? 1 : 0;
          tagFailures.set(reason, (tagFailures.get(reason) ?? 0) + count);
        }
      }
      if (result.cgroupFailures !== undefined) {
        for (const reason of CGROUP_FAILURES) {
          const count = result.cgroupFailures.includes(reason) ? 1 : 0;
          cgroupFailures.set(reason, (cgroupFailures.get(reason) ?? 0) + count);
        }
      }
      if (result.snapshot?.hasStats !== true) {
        failuresInARow += 1;
        lastFailure = result.failures[0]?.code;
      } else {
        failuresInARow = 0;
        lastSuccessSeconds = wallSeconds;
      }
    },
    countInternalErrors(count) {
      if (count > 0) refused.set('internal', (refused.get('internal') ?? 0) + count);
    },
    history: () => ({ hasSucceeded: lastSuccessSeconds !== undefined, failures: failuresInARow, lastFailure }),
    record(out, containers) {
      out.exporter('exporter_status', lastSuccessSeconds !== undefined && failuresInARow === 0 ? 1 : 0);
      out.exporter('exporter_polls', polls);
      for (const [reason, count] of failures) out.exporter('exporter_poll_failures', count, { reason });
      for (const [reason, count] of refused) out.exporter('exporter_invalid_values', count, { reason });
      for (const [reason, count] of tagFailures) out.exporter('exporter_task_tags_failures', count, { reason });
      for (const [reason, count] of cgroupFailures) out.exporter('exporter_cgroup_failures', count, { reason });
      out.exporter('exporter_poll_duration_seconds', lastPollSeconds);
      out.exporter('exporter_last_success_timestamp_seconds', lastSuccessSeconds);
      out.exporter('exporter_container_restarts', restarts);
      out.exporter('exporter_containers', containers?.withStats);
      out.exporter('exporter_containers_without_stats', containers?.withoutStats);
      out.exporter('exporter_stale_containers', containers?.stale);
      out.exporter('exporter_build_info', 1, { version, nodeVersion: process.version });
    },
  };
}
