import type { ProcessHost } from './context.ts';

/** The signals that stop the program. SIGHUP and SIGQUIT are those of a terminal. */
export const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/** Signals that have arrived before the command listens for them. */
export interface HeldSignals {
  /** Removes the listeners; returns the first signal. */
  release(): string | undefined;
}

/** Listens for the stop signals. The kernel drops a signal to process 1 that has no listener. */
export function holdSignals(host: Pick<ProcessHost, 'on' | 'off'>): HeldSignals {
  let first: string | undefined;
  const hold = (signal: unknown): void => {
    first ??= String(signal);
  };
  for (const signal of STOP_SIGNALS) host.on(signal, hold);
  return {
    release() {
      for (const signal of STOP_SIGNALS) host.off(signal, hold);
      return first;
    },
  };
}
