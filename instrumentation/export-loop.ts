import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { resourceMetricsOf } from './collection.ts';
import type { Collector } from './collector.ts';
import { createDeltas } from './deltas.ts';
import { ExportError, timedOut } from './export-error.ts';
import type { MetricSet, SampleSource } from './metric-definition.ts';
import type { MetricExporter, Outcome } from './metric-exporter.ts';

export interface ExportLoopOptions {
  readonly exporter: MetricExporter;
  readonly source: SampleSource;
  readonly collector: Collector;
  readonly sets: readonly MetricSet[];
  /** Between two exports; undefined for an export of each sample. */
  readonly intervalMs?: number | undefined;
  /** How long one export may take, with all its tries. */
  readonly timeoutMs: number;
  /** When the program began to look at what it counts, in nanoseconds since the epoch: where deltas begin. */
  readonly watchedFromNs: bigint;
  /** Reports how each export ended, and how many data points it had: 0 for one that was held back. */
  readonly onOutcome: (outcome: Outcome, points: number) => void;
}

/** Exports by one exporter: at every interval or at every sample, one at a time. */
export interface ExportLoop {
  /** There is a new sample. */
  sampled(): void;
  /** Waits for the current export. With an interval, then exports the newest sample unless it has arrived. Never rejects. */
  flush(timeoutMs: number): Promise<void>;
  /** Ends an export that is under way, exports the newest sample if it has not arrived, and closes. Never rejects. */
  shutdown(timeoutMs: number): Promise<void>;
}

/** Time left for a running export at shutdown: the final export is newer and matters more. */
const SHUTDOWN_GRACE_MS = 1000;
/** Maximum time of the final export if the export before it failed. */
const FINAL_AFTER_FAILURE_MS = 2000;
/** Maximum time of an export as a fraction of the interval: it ends before the next one is due. */
const MAX_TIMEOUT_FRACTION = 0.95;

/** An export that has not ended. */
interface UnderWay {
  readonly ended: Promise<void>;
  readonly deadline: Deadline;
}

interface Ended {
  readonly outcome: Outcome;
  /** Number of data points in the export. */
  readonly points: number;
}

/** How long one export may take at an interval. */
export function boundedTimeoutMs(timeoutMs: number, intervalMs = Number.POSITIVE_INFINITY): number {
  return Math.min(timeoutMs, intervalMs * MAX_TIMEOUT_FRACTION);
}

export function createExportLoop(options: ExportLoopOptions): ExportLoop {
  const { exporter, source, collector, sets, intervalMs, onOutcome } = options;
  const timeoutMs = boundedTimeoutMs(options.timeoutMs, intervalMs);
  const deltas = exporter.temporality === 'delta' ? createDeltas(options.watchedFromNs) : undefined;
  let underWay: UnderWay | undefined;
  /** The sample that the receiver took last. */
  let arrived: unknown;
  let isFailing = false;
  let holdUntilMs = 0;
  let isStopping = false;
  const timer = intervalMs === undefined ? undefined : setInterval(() => void start(timeoutMs), intervalMs).unref();

  async function collect(): Promise<readonly ResourceMetrics[]> {
    const collected = await collector.collect(sets);
    const exported = deltas === undefined ? collected : deltas.of(collected);
    return exported.filter(({ scopes }) => scopes.length > 0).map(resourceMetricsOf);
  }

  /** Undefined where there is nothing to export. */
  async function exportNow(deadline: Deadline): Promise<Ended | undefined> {
    let points = 0;
    try {
      // Also while the receiver wants no requests: deltas begin with the first collection that has a series.
      const metrics = await collect();
      if (metrics.length === 0) return undefined;
      const holdMs = Math.ceil(holdUntilMs - performance.now());
      if (holdMs > 0 && !isStopping) return { outcome: { error: heldBack(holdMs) }, points };
      points = pointsIn(metrics);
      const outcome = await exporter.export(metrics, deadline.start());
      holdUntilMs = performance.now() + (outcome.retryAfterMs ?? 0);
      return { outcome, points };
    } catch (error) {
      const known = error instanceof ExportError ? error : new ExportError('other', `cannot export: ${String(error)}`);
      return { outcome: { error: known }, points };
    }
  }

  async function run(deadline: Deadline): Promise<void> {
    const sample = source.current();
    const ended = await exportNow(deadline);
    if (ended === undefined) return;
    isFailing = ended.outcome.error !== undefined;
    if (!isFailing) {
      arrived = sample;
      deltas?.acknowledge();
    }
    try {
      onOutcome(ended.outcome, ended.points);
    } catch {
      // An observer that throws must not stop the exports.
    }
  }

  /** One export; none beside one that is under way. */
  function start(withinMs: number): UnderWay {
    if (underWay !== undefined) return underWay;
    const deadline = createDeadline(withinMs);
    const ended = run(deadline).finally(() => {
      deadline.clear();
      underWay = undefined;
    });
    underWay = { ended, deadline };
    return underWay;
  }

  return {
    sampled() {
      if (intervalMs === undefined && !isStopping) start(timeoutMs);
    },
    async flush(withinMs) {
      await underWay?.ended;
      // The final export has a time of its own.
      if (isStopping) return;
      if (intervalMs !== undefined && source.current() !== arrived) await start(Math.min(withinMs, timeoutMs)).ended;
    },
    async shutdown(withinMs) {
      isStopping = true;
      clearInterval(timer);
      underWay?.deadline.shorten(SHUTDOWN_GRACE_MS);
      await underWay?.ended;
      const lastMs = Math.max(withinMs - SHUTDOWN_GRACE_MS, withinMs / 2);
      if (source.current() !== arrived)
        await start(isFailing ? Math.min(FINAL_AFTER_FAILURE_MS, lastMs) : lastMs).ended;
      await exporter.close();
    },
  };
}

function heldBack(ms: number): ExportError {
  const text = `the receiver requested no exports for another ${Math.ceil(ms / 1000)} s (Retry-After)`;
  return new ExportError('throttled', text);
}

function pointsIn(metrics: readonly ResourceMetrics[]): number {
  const all = metrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return all.reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
}

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
