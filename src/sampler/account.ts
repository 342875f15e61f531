import { createExportAccount, type ExportAccount, type ExportKinds } from '../self/export-account.ts';
import type { ProcessMeter } from '../self/process-meter.ts';
import type { ByReason, PollCounts, ProcessUse, SelfScope } from '../self/self-scope.ts';
import type { RefusalReason } from '../snapshot/refusals.ts';
import { CGROUP_FAILURES, type CgroupFailure } from '../sources/cgroup/kernel-values.ts';
import { ENDPOINT_ERROR_CODES, type EndpointErrorCode } from '../sources/ecs-task/endpoint-error.ts';
import { TAG_FAILURE_REASONS, type TagFailureReason } from '../sources/ecs-task/tag-reader.ts';
import { isGoodPoll, type PollResult } from '../sources/task-source.ts';
import type { PollHistory } from './schedule.ts';

/** What the program counts of its own work. */
export interface Account {
  /** Records a poll: its duration, the number of restarted containers, and when it ended. */
  recordPoll(result: PollResult, seconds: number, restarts: number, wallSeconds: number): void;
  /** Counts values that could not be computed. */
  countInternalErrors(count: number): void;
  /** For the next poll's time. */
  history(): PollHistory;
  readonly exports: ExportAccount;
  /** All counts for the metrics of the exporter itself, with the containers and series of the tasks. */
  scope(containers: SelfScope['containers'], series: number): SelfScope;
}

export interface AccountOptions {
  readonly version: string;
  readonly exports: ExportKinds;
  readonly processMeter: ProcessMeter | undefined;
  readonly httpRejections: ByReason | undefined;
}

export function createAccount(options: AccountOptions): Account {
  const { version, exports: exportKinds, processMeter, httpRejections } = options;
  const exports = createExportAccount(exportKinds);
  const failures = new Map<EndpointErrorCode, number>(ENDPOINT_ERROR_CODES.map((code) => [code, 0]));
  const refused = new Map<RefusalReason, number>();
  const tagFailures = new Map<TagFailureReason, number>();
  const cgroupFailures = new Map<CgroupFailure, number>();
  let polls = 0;
  let restarts = 0;
  let failuresInARow = 0;
  let lastFailure: EndpointErrorCode | undefined;
  let lastPollSeconds: number | undefined;
  let lastSuccessSeconds: number | undefined;

  const pollCounts = (): PollCounts => ({
    count: polls,
    isLastGood: lastSuccessSeconds !== undefined && failuresInARow === 0,
    restarts,
    lastSeconds: lastPollSeconds,
    lastSuccessSeconds,
    failures,
    invalidValues: refused,
    tagFailures,
    cgroupFailures,
  });

  /** Undefined where it cannot be read, for example while no file descriptor is left. */
  function readProcess(): ProcessUse | undefined {
    try {
      return processMeter?.read();
    } catch {
      return undefined;
    }
  }

  return {
    recordPoll(result, seconds, restarted, wallSeconds) {
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
      if (isGoodPoll(result)) {
        failuresInARow = 0;
        lastSuccessSeconds = wallSeconds;
      } else {
        failuresInARow += 1;
        lastFailure = result.failures[0]?.code;
      }
    },
    countInternalErrors(count) {
      if (count > 0) refused.set('internal', (refused.get('internal') ?? 0) + count);
    },
    history: () => ({ hasSucceeded: lastSuccessSeconds !== undefined, failures: failuresInARow, lastFailure }),
    exports,
    scope: (containers, series) => ({
      version,
      nodeVersion: process.version,
      polls: pollCounts(),
      containers,
      series,
      exports: exports.counts(),
      processUse: readProcess(),
      httpRejections,
    }),
  };
}
