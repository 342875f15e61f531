import type { EventOf } from './events.ts';
import { createLineLimits } from './line-limits.ts';
import {
  createLineWriter,
  jsonLine,
  type LineStream,
  type LogFields,
  type LogLevel,
  type LogRecord,
  plainRecord,
  prettyLine,
  type WrittenLevel,
} from './lines.ts';
import type { RecentEvents } from './recent-events.ts';

export type { LogFields, LogLevel, LogRecord, WrittenLevel } from './lines.ts';

/**
 * Writes one line for each event. `event` is a stable name to filter by, `message` a sentence for people. Fields may hold
 * any value, but never secrets or response bodies. No method throws.
 */
export interface Logger {
  debug(event: EventOf<'debug'>, message: string, fields?: LogFields): void;
  info(event: EventOf<'info'>, message: string, fields?: LogFields): void;
  warn(event: EventOf<'warn'>, message: string, fields?: LogFields): void;
  error(event: EventOf<'error'>, message: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  /** The minimum level; `none` writes nothing. */
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty';
  /** Writes one line, which ends with a line feed; returns false if the line was dropped. */
  readonly write: (line: string) => boolean;
  /** Keeps the events that were written. @default none */
  readonly recentEvents?: RecentEvents | undefined;
  /** Colours in the pretty format. @default false */
  readonly hasColours?: boolean;
  /** @default the wall clock */
  readonly now?: () => Date;
  /** Monotonic milliseconds, for the limits. @default performance.now */
  readonly nowMs?: () => number;
}

const SEVERITY = { debug: 0, info: 1, warn: 2, error: 3, none: 4 } as const satisfies Record<LogLevel, number>;

/** Counts dropped lines; the next line that is written is preceded by a `log_lines_dropped` line with their number. */
export function createLogger(options: LoggerOptions): Logger {
  const {
    format,
    write,
    recentEvents,
    hasColours = false,
    now = () => new Date(),
    nowMs = () => performance.now(),
  } = options;
  const limitReports = createLineLimits(nowMs);
  let dropped = 0;

  const line = (record: LogRecord) => (format === 'json' ? jsonLine(record) : prettyLine(record, hasColours));

  return createLimitedLogger((level, event, message, fields) => {
    const time = now();
    const report = 'log_lines_dropped' satisfies EventOf<'warn'>;
    if (dropped > 0 && limitReports('warn', report) !== undefined) {
      const message = 'log lines were dropped: stderr is not read fast enough';
      if (write(line({ time, level: 'warn', event: report, message, fields: { lines: dropped } }))) dropped = 0;
    }
    const record: LogRecord = { time, level, event, message, fields };
    const text = line(record);
    if (write(text)) recentEvents?.add(plainRecord(record), text.length);
    else dropped += 1;
  }, options);
}

/**
 * Sends the lines of a level that do not exceed the limits. The field `suppressed_lines` is the number of lines of the same
 * event that were suppressed since its previous line.
 */
export function createLimitedLogger(
  send: (level: WrittenLevel, event: string, message: string, fields: LogFields) => void,
  { level: minimum, nowMs = () => performance.now() }: Pick<LoggerOptions, 'level' | 'nowMs'>,
): Logger {
  const limit = createLineLimits(nowMs);

  function log(level: WrittenLevel, event: string, message: string, fields: LogFields = {}): void {
    if (SEVERITY[level] < SEVERITY[minimum]) return;
    const suppressed = limit(level, event);
    if (suppressed === undefined) return;
    send(level, event, message, suppressed === 0 ? fields : { ...fields, suppressed_lines: suppressed });
  }

  return {
    debug: (event, message, fields) => log('debug', event, message, fields),
    info: (event, message, fields) => log('info', event, message, fields),
    warn: (event, message, fields) => log('warn', event, message, fields),
    error: (event, message, fields) => log('error', event, message, fields),
  };
}

/** The logger of the program. It writes to stderr, because `once` and `demo` print their results on stdout. */
export function createStreamLogger(
  log: Pick<LoggerOptions, 'level' | 'format'>,
  stream: LineStream,
  hasColours = false,
  recentEvents?: RecentEvents,
): Logger {
  return createLogger({ ...log, write: createLineWriter(stream), hasColours, recentEvents });
}
