import type { ProcessHost } from './context.ts';

/** The signals that stop the program. Terminals send SIGHUP and SIGQUIT. */
export const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/** Signals that have arrived before the command listens for them. */
export interface HeldSignals {
  /** Removes the listeners; returns the first signal. */
  release(): string | undefined;
}

/** Listens for the stop signals. The kernel drops signals to process 1 that have no listener. */
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
