import type { Exporter } from '../exporter.ts';
import type { Logger } from '../log/logger.ts';
import { messageOf } from '../text/printable.ts';
import { EXIT, type ProcessHost } from './context.ts';
import { listenForStop } from './stop-requests.ts';

export interface RunOptions {
  readonly start: () => Promise<Exporter>;
  readonly host: ProcessHost;
  readonly logger: Logger;
  readonly onStarted?: (exporter: Exporter) => void;
  /** @default STOP_DEADLINES */
  readonly deadlines?: Readonly<Record<'signal' | 'crash', number>>;
}

/**
 * Milliseconds until the process ends without waiting for the exporter: within 12 s of a signal, later than the
 * exporter's own deadlines and well before ECS kills (30 s); shortly after a crash, when nothing can be relied on.
 */
export const STOP_DEADLINES = { signal: 11_500, crash: 2_000 } as const;

/** setTimeout's longest time: 24.8 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Runs an exporter from its start to its end; gives back the exit code. Never rejects. */
export async function runExporter(options: RunOptions): Promise<number> {
  const { start, host, logger, deadlines = STOP_DEADLINES } = options;
  // The timers of the OpenTelemetry SDK do not keep a process alive.
  const keepAlive = setInterval(() => {}, LONGEST_MS);
  const stop = listenForStop(host, logger);
  try {
    const starting = start();
    const first = await Promise.race([starting, stop.requested]);
    if (typeof first === 'object') options.onStarted?.(first);
    const reason = await stop.requested;
    const shutdown = starting.then((exporter) => exporter.shutdown());
    await endWithin(shutdown, deadlines[reason], logger);
    return stop.hasCrashed() ? EXIT.runtime : EXIT.ok;
  } catch (error) {
    logger.error('start_failed', messageOf(error));
    return EXIT.runtime;
  } finally {
    clearInterval(keepAlive);
    stop.release();
  }
}

/** Waits for the end, but not for ever; a stop that was asked for does not become a failure by being untidy. */
async function endWithin(shutdown: Promise<void>, deadlineMs: number, logger: Logger): Promise<void> {
  const { promise: deadline, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => resolve('late'), deadlineMs);
  try {
    const outcome = await Promise.race([shutdown, deadline]);
    if (outcome === 'late') logger.warn('stop_timed_out', 'not everything could be sent in time');
    else logger.info('stopped', 'everything is closed');
  } catch (error) {
    logger.warn('stop_failed', messageOf(error));
  } finally {
    clearTimeout(timer);
  }
}
