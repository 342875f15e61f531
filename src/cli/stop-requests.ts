import type { Logger } from '../log/logger.ts';
import { messageOf } from '../text/printable.ts';
import { EXIT, type ProcessHost } from './context.ts';

export type StopReason = 'signal' | 'crash';

export interface StopRequests {
  /** The first reason to stop. */
  readonly requested: Promise<StopReason>;
  /** Whether there was a crash at any time, even while stopping. */
  hasCrashed(): boolean;
  /** Takes the listeners away. */
  release(): void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** Two signals within this time are one request. */
const SAME_REQUEST_MS = 200;

const CRASHES = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Listens for what ends the program. As process 1 of a container Node gets no default action for signals, so this is
 * the only thing that makes `docker stop` quick. A second signal ends the process at once.
 */
export function listenForStop(host: ProcessHost, logger: Logger): StopRequests {
  const { promise, resolve } = Promise.withResolvers<StopReason>();
  let firstSignalMs: number | undefined;
  let crashes = 0;

  const onSignal = (signal: unknown) => {
    const now = performance.now();
    if (firstSignalMs !== undefined) {
      // `timeout`, npm and a terminal each pass a signal on, so that one request can come twice.
      if (now - firstSignalMs < SAME_REQUEST_MS) return;
      logger.warn('stopped_at_once', 'second signal: not waiting any longer', { signal });
      host.exit(EXIT.runtime);
      return;
    }
    firstSignalMs = now;
    logger.info('stopping', 'asked to stop: closing everything', { signal });
    resolve('signal');
  };
  const onCrash = (error: unknown) => {
    crashes += 1;
    const stack = error instanceof Error ? error.stack : undefined;
    logger.error('crashed', `a defect of the program: ${messageOf(error)}`, { stack });
    resolve('crash');
  };

  for (const signal of SIGNALS) host.on(signal, onSignal);
  for (const crash of CRASHES) host.on(crash, onCrash);
  return {
    requested: promise,
    hasCrashed: () => crashes > 0,
    release() {
      for (const signal of SIGNALS) host.off(signal, onSignal);
      for (const crash of CRASHES) host.off(crash, onCrash);
    },
  };
}
