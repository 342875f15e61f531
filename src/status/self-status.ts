import type { ScrapeCounts } from '../self/scrape-counter.ts';
import type { ByReason, SelfScope } from '../self/self-scope.ts';
import type { ExporterStatus, PollStatus } from './status.ts';

/** Copies the counts, which continue to change. */
export function pollStatus({ polls }: SelfScope): PollStatus {
  const { count, isLastGood, lastSuccessSeconds, lastSeconds, failures } = polls;
  return {
    count,
    isLastSuccessful: isLastGood,
    lastSuccess: isoTime(lastSuccessSeconds === undefined ? undefined : lastSuccessSeconds * 1000),
    lastSeconds,
    failures: occurred(failures),
  };
}

/** @param names the enabled exporters */
export function exporterStatuses(
  names: readonly string[],
  { exports }: SelfScope,
  scrapes: ScrapeCounts,
): readonly ExporterStatus[] {
  return names.map((name) => {
    if (name === 'prometheus') {
      const { count, failures, lastSuccessMs } = scrapes;
      const failed = failures === 0 ? {} : { collection: failures };
      return { name, lastSuccess: isoTime(lastSuccessMs), exports: count, failures: failed };
    }
    return {
      name,
      lastSuccess: isoTime(exports.lastSuccessMs.get(name)),
      exports: exports.exports.get(name) ?? 0,
      failures: occurred(exports.failures.get(name)),
      points: exports.acceptedPoints.get(name),
      rejectedPoints: exports.rejected.get(name),
      bytes: exports.sentBytes.get(name),
    };
  });
}

function occurred(counts: ByReason = new Map()): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
}

function isoTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
