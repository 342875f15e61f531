import {
  createLineWriter,
  jsonLine,
  type LineStream,
  type LogFields,
  type LogLevel,
  type LogRecord,
  prettyLine,
  type WrittenLevel,
} from './lines.ts';

export type { LogFields, LogLevel, LogRecord, WrittenLevel } from './lines.ts';

/**
 * Writes one line for each event. `event` is a stable name in snake_case to filter by, `message` a sentence for people.
 * Fields may hold anything; secrets and response bodies do not belong there. No method throws.
 */
export interface Logger {
  debug(event: string, message: string, fields?: LogFields): void;
  info(event: string, message: string, fields?: LogFields): void;
  warn(event: string, message: string, fields?: LogFields): void;
  error(event: string, message: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  /** The least level that is written; `none` writes nothing. */
  readonly level: LogLevel;
  readonly format: 'json' | 'pretty';
  /** Takes one line with its line feed; `false` when it had to be dropped. */
  readonly write: (line: string) => boolean;
  /** Colours in the pretty format. @default false */
  readonly hasColours?: boolean;
  /** @default the wall clock */
  readonly now?: () => Date;
}

const SEVERITY = { debug: 0, info: 1, warn: 2, error: 3, none: 4 } as const satisfies Record<LogLevel, number>;

/** A logger over any sink. Lines that the sink dropped are counted, and the next one that it takes says how many. */
export function createLogger(options: LoggerOptions): Logger {
  const { level: least, format, write, hasColours = false, now = () => new Date() } = options;
  let dropped = 0;

  const line = (record: LogRecord) => (format === 'json' ? jsonLine(record) : prettyLine(record, hasColours));

  function log(level: WrittenLevel, event: string, message: string, fields: LogFields = {}): void {
    if (SEVERITY[level] < SEVERITY[least]) return;
    const time = now();
    if (dropped > 0) {
      const notice = { time, level: 'warn', event: 'log_lines_dropped', message: 'log lines were dropped' } as const;
      if (write(line({ ...notice, fields: { lines: dropped } }))) dropped = 0;
    }
    if (!write(line({ time, level, event, message, fields }))) dropped += 1;
  }

  return {
    debug: (event, message, fields) => log('debug', event, message, fields),
    info: (event, message, fields) => log('info', event, message, fields),
    warn: (event, message, fields) => log('warn', event, message, fields),
    error: (event, message, fields) => log('error', event, message, fields),
  };
}

/** The logger of the program: on stderr, since `once` and `demo` print what was asked for on stdout. */
export function createStreamLogger(
  log: Pick<LoggerOptions, 'level' | 'format'>,
  stream: LineStream,
  hasColours = false,
): Logger {
  return createLogger({ ...log, write: createLineWriter(stream), hasColours });
}
