import { escaped, escapedJson } from '../../instrumentation/sanitize-text.ts';
import { cutList } from '../text/printable.ts';

/** Long enough for any address or error message, too short for a response body. */
const MAX_TEXT_LENGTH = 1_000;
/** Maximum length of a list item. Names are already cut. */
const MAX_ITEM_LENGTH = 110;
const RESERVED = new Set(['time', 'level', 'event', 'message']);

/** ANSI colours: grey, cyan, yellow, red. */
const COLOURS = { debug: 90, info: 36, warn: 33, error: 31 } as const satisfies Record<WrittenLevel, number>;

/** `{"time":"...","level":"info","event":"...","message":"...",...fields}` and a line feed. */
export function jsonLine(record: LogRecord): string {
  return `${escapedJson(plainRecord(record))}\n`;
}

/** The record as its JSON line contains it, without escapes. */
export function plainRecord({ time, level, event, message, fields }: LogRecord): Readonly<Record<string, Plain>> {
  return { time: time.toISOString(), level, event, message: shortened(message), ...plainFields(fields) };
}

/** `<time> WARN  <event> <message> key=value`, escaped for a terminal, and a line feed. */
export function prettyLine({ time, level, event, message, fields }: LogRecord, hasColours: boolean): string {
  const label = level.toUpperCase().padEnd(5);
  const coloured = hasColours ? `\u001b[${COLOURS[level]}m${label}\u001b[0m` : label;
  const pairs = Object.entries(plainFields(fields)).map(([key, value]) => `${escaped(key)}=${prettyValue(value)}`);
  return `${[time.toISOString(), coloured, escaped(event), escaped(shortened(message)), ...pairs].join(' ')}\n`;
}

type Scalar = string | number | boolean | null;
type Plain = Scalar | readonly Scalar[];

/** Fields as values that always serialise, without those that are undefined. */
function plainFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, Plain>> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [RESERVED.has(key) ? `field_${key}` : key, plain(value)]),
  );
}

function plain(value: unknown): Plain {
  return Array.isArray(value) ? cutList<unknown>(value).map((item) => scalar(item, MAX_ITEM_LENGTH)) : scalar(value);
}

function scalar(value: unknown, maxLength = MAX_TEXT_LENGTH): Scalar {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string') return shortened(value, maxLength);
  if (value instanceof Error) return shortened(errorText(value), maxLength);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  return shortened(objectText(value), maxLength);
}

function errorText(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return `${error.name}: ${error.message}${code}`;
}

function objectText(value: unknown): string {
  try {
    return typeof value === 'object' ? (JSON.stringify(value) ?? typeof value) : String(value);
  } catch {
    // Circular, contains a BigInt, or its toJSON throws.
    return '[object]';
  }
}

/** Cuts more if most characters will be escaped, each as six characters or more. */
function shortened(text: string, maxLength = MAX_TEXT_LENGTH): string {
  const start = text.slice(0, maxLength);
  const isExpanding = escapedJson(start).length > 2 * maxLength;
  if (text === start && !isExpanding) return text;
  return `${isExpanding ? start.slice(0, maxLength / 6) : start}…`;
}

function prettyValue(value: Plain): string {
  if (typeof value === 'object' && value !== null) return value.map(prettyValue).join(',');
  return typeof value === 'string' && !/^[\w.:/@+-]+$/.test(value) ? escaped(JSON.stringify(value)) : String(value);
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'none';

export type WrittenLevel = Exclude<LogLevel, 'none'>;

export type LogFields = Readonly<Record<string, unknown>>;

/** One line before formatting. */
export interface LogRecord {
  readonly time: Date;
  readonly level: WrittenLevel;
  readonly event: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** The part of a writable stream, such as `process.stderr`, that the log uses. */
export interface LineStream {
  readonly writableLength: number;
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** Limits the memory for lines that a blocked reader has not read. */
const MAX_BUFFERED_BYTES = 256 * 1024;

/**
 * Writes lines to a stream that its reader may have closed or blocked (a log driver under back-pressure, a pipe to a program
 * that has ended). Never throws or waits; returns false for a line that was dropped.
 */
export function createLineWriter(stream: LineStream, maxBufferedBytes = MAX_BUFFERED_BYTES): (line: string) => boolean {
  let isBroken = false;
  // Without a listener, a closed pipe (EPIPE) would end the process.
  stream.on('error', () => {
    isBroken = true;
  });
  return (line) => {
    if (isBroken || stream.writableLength > maxBufferedBytes) return false;
    stream.write(line);
    return true;
  };
}
