import type { ResourceCollection } from './collection.ts';
import type { Collector } from './collector.ts';
import { createDeltas } from './deltas.ts';
import type { MetricSet, SampleSource } from './metric-definition.ts';
import { ExportError, type MetricExporter, type Outcome, timedOut } from './metric-exporter.ts';
import { countPoints, exportParts } from './parts.ts';

/**
 * Called after each export.
 *
 * @param points number of data points: 0 if the export was held back
 * @param failedPoints number of data points in requests that failed
 */
export type OnOutcome = (outcome: Outcome, points: number, failedPoints: number) => void;

export interface ExportLoopOptions {
  readonly exporter: MetricExporter;
  readonly source: SampleSource;
  readonly collector: Collector;
  readonly sets: readonly MetricSet[];
  /** Undefined: every sample is exported as it arrives. */
  readonly intervalMs?: number | undefined;
  /** Deadline of one export, including retries. */
  readonly timeoutMs: number;
  /** Start of the program, in nanoseconds since the epoch; see `createDeltas`. */
  readonly programStartNs: bigint;
  readonly onOutcome: OnOutcome;
}

/** Runs one exporter, at an interval or at every sample. Exports never overlap. */
export interface ExportLoop {
  /** Reports a new sample. */
  onSample(): void;
  /** Waits for the current export. With an interval, then exports the newest sample unless it was acknowledged. Never rejects. */
  flush(timeoutMs: number): Promise<void>;
  /** Ends the current export, exports the newest sample unless it was acknowledged, and closes. Never rejects. */
  shutdown(timeoutMs: number): Promise<void>;
}

/** Time left for the current export at shutdown. The final export is newer and matters more. */
const SHUTDOWN_GRACE_MS = 1000;
/** Maximum time of the final export if the previous export failed. */
const FINAL_AFTER_FAILURE_MS = 2000;
/** Maximum time of an export as a fraction of the interval, so that it ends before the next one is due. */
const MAX_TIMEOUT_FRACTION = 0.95;

interface RunningExport {
  readonly ended: Promise<void>;
  readonly deadline: Deadline;
}

/** The deadline of one export at this interval. */
export function boundedTimeoutMs(timeoutMs: number, intervalMs = Number.POSITIVE_INFINITY): number {
  return Math.min(timeoutMs, intervalMs * MAX_TIMEOUT_FRACTION);
}

export function createExportLoop(options: ExportLoopOptions): ExportLoop {
  const { exporter, source, collector, sets, intervalMs, onOutcome } = options;
  const timeoutMs = boundedTimeoutMs(options.timeoutMs, intervalMs);
  const deltas = exporter.temporality === 'delta' ? createDeltas(options.programStartNs) : undefined;
  let running: RunningExport | undefined;
  let acknowledgedSample: unknown;
  let hasFailed = false;
  let holdUntilMs = 0;
  let isStopping = false;
  const timer = intervalMs === undefined ? undefined : setInterval(() => void start(timeoutMs), intervalMs).unref();

  async function collect(): Promise<readonly ResourceCollection[]> {
    const collected = await collector.collect(sets);
    return deltas === undefined ? collected : deltas.of(collected);
  }

  async function run(deadline: Deadline): Promise<void> {
    const sample = source.current();
    let points = 0;
    let failedPoints = 0;
    let outcome: Outcome;
    try {
      // Collects even while exports are held back: deltas start at the first collection of a series.
      const collected = await collect();
      const collectedPoints = countPoints(collected);
      if (collectedPoints === 0) return;
      const holdMs = Math.ceil(holdUntilMs - performance.now());
      if (holdMs > 0 && !isStopping) {
        outcome = { error: heldBack(holdMs) };
      } else {
        points = collectedPoints;
        failedPoints = points;
        ({ outcome, failedPoints } = await exportParts(exporter, collected, deadline.start(), (part) =>
          deltas?.acknowledge(part),
        ));
        holdUntilMs = performance.now() + (outcome.retryAfterMs ?? 0);
      }
    } catch (error) {
      const known = error instanceof ExportError ? error : new ExportError('other', `cannot export: ${String(error)}`);
      outcome = { error: known };
    }
    hasFailed = outcome.error !== undefined;
    if (!hasFailed) acknowledgedSample = sample;
    try {
      onOutcome(outcome, points, failedPoints);
    } catch {
      // An observer that throws must not stop the exports.
    }
  }

  /** Starts an export, or returns the current one. */
  function start(withinMs: number): RunningExport {
    if (running !== undefined) return running;
    const deadline = createDeadline(withinMs);
    const ended = run(deadline).finally(() => {
      deadline.clear();
      running = undefined;
    });
    running = { ended, deadline };
    return running;
  }

  return {
    onSample() {
      if (intervalMs === undefined && !isStopping) start(timeoutMs);
    },
    async flush(withinMs) {
      await running?.ended;
      // `shutdown` runs the final export, with its own deadline.
      if (isStopping || intervalMs === undefined) return;
      if (source.current() !== acknowledgedSample) await start(Math.min(withinMs, timeoutMs)).ended;
    },
    async shutdown(withinMs) {
      isStopping = true;
      clearInterval(timer);
      running?.deadline.shorten(SHUTDOWN_GRACE_MS);
      await running?.ended;
      const finalMs = Math.max(withinMs - SHUTDOWN_GRACE_MS, withinMs / 2);
      if (source.current() !== acknowledgedSample)
        await start(hasFailed ? Math.min(FINAL_AFTER_FAILURE_MS, finalMs) : finalMs).ended;
      await exporter.close();
    },
  };
}

function heldBack(ms: number): ExportError {
  const text = `the receiver requested no exports for another ${Math.ceil(ms / 1000)} s (Retry-After)`;
  return new ExportError('throttled', text);
}

/** The time limit of one export. */
export interface Deadline {
  /** Starts the timeout. The signal aborts when it expires, with an ExportError as its reason. */
  start(): AbortSignal;
  /** Limits the remaining time to `ms`. Before `start`, limits the whole time. */
  shorten(ms: number): void;
  clear(): void;
}

export function createDeadline(ms: number): Deadline {
  const controller = new AbortController();
  let limitMs = ms;
  let startedMs: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  function setTimer(sinceMs: number): void {
    clearTimeout(timer);
    const leftMs = Math.max(0, limitMs - (performance.now() - sinceMs));
    timer = setTimeout(() => controller.abort(timedOut(limitMs)), leftMs).unref();
  }

  return {
    start() {
      startedMs = performance.now();
      setTimer(startedMs);
      return controller.signal;
    },
    shorten(toMs) {
      const passedMs = startedMs === undefined ? 0 : performance.now() - startedMs;
      limitMs = Math.min(limitMs, passedMs + toMs);
      if (startedMs !== undefined) setTimer(startedMs);
    },
    clear: () => clearTimeout(timer),
  };
}
