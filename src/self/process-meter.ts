import type { ProcessUse } from './self-scope.ts';

/** What the exporter costs, measured at each poll. */
export interface ProcessMeter {
  /** Since the last call, where it is a difference. */
  read(): ProcessUse;
  stop(): void;
}

/** A wake costs some 50 microseconds of CPU: ten a second would be as much as all else that an idle minute holds. */
const RESOLUTION_MS = 1000;

/**
 * Of the whole process: CPU time (https://nodejs.org/api/process.html#processcpuusagepreviousvalue), resident memory, and
 * by how much the event loop was late at most since the last poll. What blocks it for long (a huge document, a CPU limit
 * that throttles) delays scrapes and exports by as much.
 *
 * A timer of our own: perf_hooks' histogram of such delays takes 0.8 MB.
 */
export function startProcessMeter(resolutionMs = RESOLUTION_MS): ProcessMeter {
  let dueMs = performance.now() + resolutionMs;
  /** Nothing before the first wake. */
  let latestMs: number | undefined;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    latestMs = Math.max(latestMs ?? 0, nowMs - dueMs);
    dueMs = nowMs + resolutionMs;
  }, resolutionMs).unref();
  return {
    read() {
      const { user, system } = process.cpuUsage();
      const use = { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
      if (latestMs === undefined) return use;
      // A wake that is overdue has not told yet; when it comes, the rest of its delay is new.
      const nowMs = performance.now();
      const eventLoopDelaySeconds = Math.max(latestMs, nowMs - dueMs, 0) / 1000;
      dueMs = Math.max(dueMs, nowMs);
      latestMs = 0;
      return { ...use, eventLoopDelaySeconds };
    },
    stop() {
      clearInterval(timer);
    },
  };
}
