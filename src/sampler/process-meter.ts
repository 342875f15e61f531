import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Recorder } from '../readings/recorder.ts';

/** What the exporter costs, measured at each poll. */
export interface ProcessMeter {
  record(out: Recorder): void;
  stop(): void;
}

/** Long enough to cost nothing: ten wakes a second, of a few microseconds in libuv. */
const RESOLUTION_MS = 100;

/**
 * Of the whole process: CPU time (https://nodejs.org/api/process.html#processcpuusagepreviousvalue), resident memory, and
 * by how much the event loop was late at most since the last poll. What blocks it for long (a huge document, a CPU limit
 * that throttles) delays scrapes and exports by as much.
 */
export function startProcessMeter(): ProcessMeter {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return {
    record(out) {
      const { user, system } = process.cpuUsage();
      out.exporter('exporter_process_cpu_seconds', (user + system) / 1e6);
      out.exporter('exporter_process_resident_memory_bytes', process.memoryUsage.rss());
      // The histogram holds the times between two wakes, not the lateness, and nothing before the first one.
      if (delays.count > 0) {
        out.exporter('exporter_event_loop_delay_seconds', Math.max(0, delays.max / 1e9 - RESOLUTION_MS / 1000));
      }
      delays.reset();
    },
    stop() {
      delays.disable();
    },
  };
}
