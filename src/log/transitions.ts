import type { LogFields, Logger } from './logger.ts';

/** Logs when something begins to fail, fails for another reason, and works again; nothing in between. */
export interface Transitions {
  /**
   * @param event begins the names of the log events: `poll` gives `poll_failing` and `poll_recovered`.
   * @param reason what is told once; `fields` may have a finer one for the line.
   */
  failing(event: string, reason: string, message: string, fields?: LogFields): void;
  ok(event: string): void;
}

export interface TransitionsOptions {
  readonly logger: Logger;
  /** Milliseconds that only go forward. @default performance.now */
  readonly nowMs?: () => number;
  /** How often a thing that comes and goes may be reported for one reason. @default 60,000 */
  readonly minGapMs?: number;
}

interface State {
  /** Why it fails; `undefined` while it works. */
  reason: string | undefined;
  /** The same as the log last told it. */
  toldReason: string | undefined;
  failingSinceMs: number;
  /** When each reason was told; those of the last gap only. */
  readonly toldAtMs: Map<string, number>;
  /** Changes since the last line that were not written. */
  suppressed: number;
}

/** A reason that is new every time (it holds a number, say) is no way around the bound. */
const MAX_REASONS = 10;

/**
 * Keeps the state of each event. What flaps is bounded too: at most one line a minute for each reason and ten for all
 * of one event; the next one counts the changes that it stands for.
 */
export function createTransitions(options: TransitionsOptions): Transitions {
  const { logger, nowMs = () => performance.now(), minGapMs = 60_000 } = options;
  const states = new Map<string, State>();

  const suppressedField = (state: State) => (state.suppressed === 0 ? {} : { suppressed: state.suppressed });

  function failing(event: string, reason: string, message: string, fields: LogFields = {}): void {
    const state = states.get(event) ?? newState();
    states.set(event, state);
    const now = nowMs();
    if (state.reason === undefined) state.failingSinceMs = now;
    const isChange = state.reason !== reason;
    state.reason = reason;
    if (state.toldReason === reason) return;
    for (const [told, toldAtMs] of state.toldAtMs) if (now - toldAtMs >= minGapMs) state.toldAtMs.delete(told);
    if (state.toldAtMs.has(reason) || state.toldAtMs.size >= MAX_REASONS) {
      if (isChange) state.suppressed += 1;
      return;
    }
    logger.warn(`${event}_failing`, message, { reason, ...fields, ...suppressedField(state) });
    state.toldReason = reason;
    state.toldAtMs.set(reason, now);
    state.suppressed = 0;
  }

  function ok(event: string): void {
    const state = states.get(event);
    if (state?.reason === undefined) return;
    state.reason = undefined;
    if (state.toldReason === undefined) {
      state.suppressed += 1;
      return;
    }
    const failedForMs = Math.round(nowMs() - state.failingSinceMs);
    logger.info(`${event}_recovered`, 'works again', { failed_for_ms: failedForMs, ...suppressedField(state) });
    state.toldReason = undefined;
    state.suppressed = 0;
  }

  return { failing, ok };
}

function newState(): State {
  return { reason: undefined, toldReason: undefined, failingSinceMs: 0, toldAtMs: new Map(), suppressed: 0 };
}
