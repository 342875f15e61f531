import { timedOut } from './export-error.ts';

/** When one export ends at the latest. */
export interface Deadline {
  /** Starts the timeout. The signal aborts when it expires, with an ExportError as its reason. */
  start(): AbortSignal;
  /** Limits the remaining time to `ms`, from now or, before `start`, from the start. */
  shorten(ms: number): void;
  clear(): void;
}

export function createDeadline(ms: number): Deadline {
  const abortion = new AbortController();
  let limitMs = ms;
  let startedMs: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  function setTimer(sinceMs: number): void {
    clearTimeout(timer);
    const leftMs = Math.max(0, limitMs - (performance.now() - sinceMs));
    timer = setTimeout(() => abortion.abort(timedOut(limitMs)), leftMs).unref();
  }

  return {
    start() {
      startedMs = performance.now();
      setTimer(startedMs);
      return abortion.signal;
    },
    shorten(toMs) {
      const passedMs = startedMs === undefined ? 0 : performance.now() - startedMs;
      limitMs = Math.min(limitMs, passedMs + toMs);
      if (startedMs !== undefined) setTimer(startedMs);
    },
    clear: () => clearTimeout(timer),
  };
}
