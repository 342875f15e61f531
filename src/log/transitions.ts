import type { Topic } from './events.ts';
import type { LogFields, Logger } from './logger.ts';

/** Logs when a topic starts to fail, when the reason changes and when it recovers, but not every repetition. */
export interface Transitions {
  /** Logs `<topic>_failing` once per reason. `fields` can replace `reason` by a more detailed one. */
  failing(topic: Topic, reason: string, message: string, fields?: LogFields): void;
  /** Logs `<topic>_recovered` if the topic was failing. */
  ok(topic: Topic): void;
}

export interface TransitionsOptions {
  readonly logger: Logger;
  /** Monotonic milliseconds. @default performance.now */
  readonly nowMs?: () => number;
  /** Minimum time between two lines of one topic with the same reason. @default 60,000 */
  readonly minGapMs?: number;
}

interface State {
  /** Undefined while there is no failure. */
  reason: string | undefined;
  /** The reason in the log; undefined if the log shows no failure. */
  loggedReason: string | undefined;
  failingSinceMs: number;
  /** When each reason was last logged, within `minGapMs`. */
  readonly loggedAtMs: Map<string, number>;
  /** Number of changes since the last line. */
  suppressed: number;
}

/** Caps distinct reasons within `minGapMs`, so that variable text cannot bypass the rate limit. */
const MAX_REASONS = 5;

/**
 * Tracks each topic. A flapping topic logs at most one line per `minGapMs` and reason, and five in total; the field
 * `suppressed` of the next line counts the changes that were not logged.
 */
export function createTransitions(options: TransitionsOptions): Transitions {
  const { logger, nowMs = () => performance.now(), minGapMs = 60_000 } = options;
  const states = new Map<Topic, State>();

  const suppressedField = (state: State) => (state.suppressed === 0 ? {} : { suppressed: state.suppressed });

  function failing(topic: Topic, reason: string, message: string, fields: LogFields = {}): void {
    const state = states.get(topic) ?? newState();
    states.set(topic, state);
    const now = nowMs();
    if (state.reason === undefined) state.failingSinceMs = now;
    const isChange = state.reason !== reason;
    state.reason = reason;
    if (state.loggedReason === reason) return;
    for (const [logged, atMs] of state.loggedAtMs) if (now - atMs >= minGapMs) state.loggedAtMs.delete(logged);
    if (state.loggedAtMs.has(reason) || state.loggedAtMs.size >= MAX_REASONS) {
      if (isChange) state.suppressed += 1;
      return;
    }
    logger.warn(`${topic}_failing`, message, { reason, ...fields, ...suppressedField(state) });
    state.loggedReason = reason;
    state.loggedAtMs.set(reason, now);
    state.suppressed = 0;
  }

  function ok(topic: Topic): void {
    const state = states.get(topic);
    if (state?.reason === undefined) return;
    state.reason = undefined;
    if (state.loggedReason === undefined) {
      state.suppressed += 1;
      return;
    }
    const failedForMs = Math.round(nowMs() - state.failingSinceMs);
    logger.info(`${topic}_recovered`, 'recovered', { failed_for_ms: failedForMs, ...suppressedField(state) });
    state.loggedReason = undefined;
    state.suppressed = 0;
  }

  return { failing, ok };
}

function newState(): State {
  return { reason: undefined, loggedReason: undefined, failingSinceMs: 0, loggedAtMs: new Map(), suppressed: 0 };
}
