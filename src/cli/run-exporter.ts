import type { Exporter } from '../exporter.ts';
import type { Logger } from '../log/logger.ts';
import { messageOf } from '../text/printable.ts';
import { EXIT, type ProcessHost } from './context.ts';
import { type HeldSignals, STOP_SIGNALS } from './signals.ts';

export interface RunOptions {
  readonly start: () => Promise<Exporter>;
  readonly host: ProcessHost;
  /** Signals that arrived earlier. @default none */
  readonly signals?: HeldSignals | undefined;
  readonly logger: Logger;
  readonly onStarted?: (exporter: Exporter) => void;
  /** Removes secrets from error messages. @default no change */
  readonly redact?: (text: string) => string;
  /** @default STOP_DEADLINES */
  readonly deadlines?: Readonly<Record<StopReason, number>>;
}

/**
 * Milliseconds until the process ends without waiting for the exporter. After a signal: later than the exporter's own
 * deadlines, and well before ECS sends SIGKILL (30 s). After a crash, the state of the process is unreliable.
 */
export const STOP_DEADLINES = { signal: 11_500, crash: 2_000 } as const;

/** The maximum delay of a timer, 24.8 days. */
const MAX_TIMER_DELAY_MS = 2 ** 31 - 1;

/** Runs an exporter until a signal or a crash; returns the exit code. Never rejects. */
export async function runExporter(options: RunOptions): Promise<number> {
  const { start, host, signals, logger, deadlines = STOP_DEADLINES, redact = String } = options;
  // The timers of the OpenTelemetry SDK do not keep a process alive.
  const keepAlive = setInterval(() => {}, MAX_TIMER_DELAY_MS);
  const stop = listenForStop(host, logger, { signals, redact });
  try {
    const starting = start();
    const first = await Promise.race([starting, stop.requested]);
    if (typeof first === 'object') options.onStarted?.(first);
    const reason = await stop.requested;
    const shutdown = starting.then((exporter) => exporter.shutdown());
    await endWithin(shutdown, deadlines[reason], logger, redact);
    return stop.hasCrashed() ? EXIT.runtime : EXIT.ok;
  } catch (error) {
    logger.error('start_failed', redact(messageOf(error)));
    return EXIT.runtime;
  } finally {
    clearInterval(keepAlive);
    stop.release();
  }
}

/** Waits for the shutdown until the deadline. A shutdown that fails or times out does not change the exit code. */
async function endWithin(
  shutdown: Promise<void>,
  deadlineMs: number,
  logger: Logger,
  redact: (text: string) => string,
): Promise<void> {
  const { promise: deadline, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => resolve('late'), deadlineMs);
  try {
    const outcome = await Promise.race([shutdown, deadline]);
    if (outcome === 'late')
      logger.warn('stop_timed_out', 'shutdown timed out; the last metrics may not have been sent');
    else logger.info('stopped', 'stopped');
  } catch (error) {
    logger.warn('stop_failed', `shutdown failed: ${redact(messageOf(error))}`);
  } finally {
    clearTimeout(timer);
  }
}

export type StopReason = 'signal' | 'crash';

export interface StopRequests {
  /** The first reason to stop. */
  readonly requested: Promise<StopReason>;
  /** Whether there was a crash at any time, including during shutdown. */
  hasCrashed(): boolean;
  /** Removes the listeners. */
  release(): void;
}

/** Two signals within this time are one request. */
const SAME_REQUEST_MS = 200;

export const CRASHES = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Listens for signals and uncaught errors. Process 1 of a container has no default action for signals, so without these
 * listeners `docker stop` would wait for its timeout. A second signal ends the process immediately.
 */
export function listenForStop(
  host: ProcessHost,
  logger: Logger,
  { signals, redact = String }: Pick<RunOptions, 'signals' | 'redact'> = {},
): StopRequests {
  const { promise, resolve } = Promise.withResolvers<StopReason>();
  let firstSignalMs: number | undefined;
  let crashes = 0;

  const onSignal = (signal: unknown) => {
    const now = performance.now();
    if (firstSignalMs !== undefined) {
      // `timeout`, npm and a terminal each forward a signal, so one request can arrive twice.
      if (now - firstSignalMs < SAME_REQUEST_MS) return;
      logger.warn('stopped_at_once', 'received a second signal, exiting immediately', { signal });
      host.exit(EXIT.runtime);
      return;
    }
    firstSignalMs = now;
    logger.info('stopping', `received ${String(signal)}, shutting down`, { signal });
    resolve('signal');
  };
  const onCrash = (error: unknown) => {
    crashes += 1;
    const stack = error instanceof Error && error.stack !== undefined ? redact(error.stack) : undefined;
    logger.error('crashed', `internal error: ${redact(messageOf(error))}`, { stack });
    resolve('crash');
  };

  for (const signal of STOP_SIGNALS) host.on(signal, onSignal);
  for (const crash of CRASHES) host.on(crash, onCrash);
  const held = signals?.release();
  if (held !== undefined) onSignal(held);
  return {
    requested: promise,
    hasCrashed: () => crashes > 0,
    release() {
      for (const signal of STOP_SIGNALS) host.off(signal, onSignal);
      for (const crash of CRASHES) host.off(crash, onCrash);
    },
  };
}
