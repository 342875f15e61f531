import type { ProcessUsage } from './self-scope.ts';

/** Measures the resource usage of the exporter. */
export interface ProcessMeter {
  /** The event loop delay is the maximum since the previous call. */
  read(): ProcessUsage;
  stop(): void;
}

/** A timer callback costs about 50 microseconds of CPU: ten per second would double the CPU usage of an idle exporter. */
const RESOLUTION_MS = 1000;

/**
 * Measures the whole process: CPU time (https://nodejs.org/api/process.html#processcpuusagepreviousvalue), resident memory
 * and event loop delay, by which a large document or a CPU limit delays scrapes and exports.
 *
 * It uses a timer, because the delay histogram of perf_hooks takes 0.8 MB.
 */
export function startProcessMeter(resolutionMs = RESOLUTION_MS): ProcessMeter {
  let dueMs = performance.now() + resolutionMs;
  /** Undefined until the timer has fired. */
  let maxDelayMs: number | undefined;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    maxDelayMs = Math.max(maxDelayMs ?? 0, nowMs - dueMs);
    dueMs = nowMs + resolutionMs;
  }, resolutionMs).unref();
  return {
    read() {
      const { user, system } = process.cpuUsage();
      const use = { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
      if (maxDelayMs === undefined) return use;
      // Count an overdue timer's delay now; when it fires, add only the remainder.
      const nowMs = performance.now();
      const eventLoopDelaySeconds = Math.max(maxDelayMs, nowMs - dueMs, 0) / 1000;
      dueMs = Math.max(dueMs, nowMs);
      maxDelayMs = 0;
      return { ...use, eventLoopDelaySeconds };
    },
    stop() {
      clearInterval(timer);
    },
  };
}
