export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'none';

export type WrittenLevel = Exclude<LogLevel, 'none'>;

export type LogFields = Readonly<Record<string, unknown>>;

/** One line as it goes to a format. */
export interface LogRecord {
  readonly time: Date;
  readonly level: WrittenLevel;
  readonly event: string;
  readonly message: string;
  readonly fields: LogFields;
}
