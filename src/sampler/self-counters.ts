import { createExportCounters, type ExportCounters, type ExportKinds, increment } from '../self/export-counters.ts';
import type { ProcessMeter } from '../self/process-meter.ts';
import type { ByReason, PollCounts, ProcessUsage, SelfScope } from '../self/self-scope.ts';
import type { InvalidReason } from '../snapshot/json-values.ts';
import { ENDPOINT_ERROR_CODES, type EndpointErrorCode } from '../sources/ecs-task/endpoint-error.ts';
import { TAG_FAILURE_REASONS, type TagFailureReason } from '../sources/ecs-task/tag-reader.ts';
import { CGROUP_FAILURES, type CgroupFailure, isSuccessfulPoll, type PollResult } from '../sources/task-source.ts';
import type { PollHistory } from './schedule.ts';

/** Counters of the exporter's own work. */
export interface SelfCounters {
  /** @param endedSeconds since the epoch */
  recordPoll(result: PollResult, seconds: number, restarts: number, endedSeconds: number): void;
  /** Counts values that could not be computed. */
  recordInternalErrors(count: number): void;
  /** For the schedule of the next poll. */
  history(): PollHistory;
  readonly exports: ExportCounters;
  /** All counts, with the containers and series of the tasks. */
  scope(containers: SelfScope['containers'], series: number): SelfScope;
}

export interface SelfCountersOptions {
  readonly version: string;
  readonly exports: ExportKinds;
  readonly processMeter: ProcessMeter | undefined;
  readonly httpRejections: ByReason | undefined;
}

export function createSelfCounters(options: SelfCountersOptions): SelfCounters {
  const { version, exports: exportKinds, processMeter, httpRejections } = options;
  const exports = createExportCounters(exportKinds);
  const failures = new Map<EndpointErrorCode, number>(ENDPOINT_ERROR_CODES.map((code) => [code, 0]));
  const invalidValues = new Map<InvalidReason, number>();
  const tagFailures = new Map<TagFailureReason, number>();
  const cgroupFailures = new Map<CgroupFailure, number>();
  let count = 0;
  let restarts = 0;
  let consecutiveFailures = 0;
  let lastFailure: EndpointErrorCode | undefined;
  let lastSeconds: number | undefined;
  let lastSuccessSeconds: number | undefined;

  const polls = (): PollCounts => ({
    count,
    isLastGood: lastSuccessSeconds !== undefined && consecutiveFailures === 0,
    restarts,
    lastSeconds,
    lastSuccessSeconds,
    failures,
    invalidValues,
    tagFailures,
    cgroupFailures,
  });

  /** Undefined if it cannot be read, for example without a free file descriptor. */
  function readProcessUsage(): ProcessUsage | undefined {
    try {
      return processMeter?.read();
    } catch {
      return undefined;
    }
  }

  return {
    recordPoll(result, seconds, restarted, endedSeconds) {
      const { tags } = result;
      count += 1;
      restarts += restarted;
      lastSeconds = seconds;
      for (const { code } of result.failures) increment(failures, code);
      for (const [reason, refused] of result.refused) increment(invalidValues, reason, refused);
      // Incrementing by 0 creates the series, so that its first failure is an increase.
      if (tags !== undefined) {
        for (const reason of TAG_FAILURE_REASONS)
          increment(tagFailures, reason, tags.failure?.reason === reason ? 1 : 0);
      }
      if (result.cgroupFailures !== undefined) {
        for (const reason of CGROUP_FAILURES)
          increment(cgroupFailures, reason, result.cgroupFailures.includes(reason) ? 1 : 0);
      }
      if (isSuccessfulPoll(result)) {
        consecutiveFailures = 0;
        lastSuccessSeconds = endedSeconds;
      } else {
        consecutiveFailures += 1;
        lastFailure = result.failures[0]?.code;
      }
    },
    recordInternalErrors(errors) {
      if (errors > 0) increment(invalidValues, 'internal', errors);
    },
    history: () => ({ hasSucceeded: lastSuccessSeconds !== undefined, failures: consecutiveFailures, lastFailure }),
    exports,
    scope: (containers, series) => ({
      version,
      nodeVersion: process.version,
      polls: polls(),
      containers,
      series,
      exports: exports.counts(),
      processUsage: readProcessUsage(),
      httpRejections,
    }),
  };
}
