import { escaped } from '../text/printable.ts';
import type { LogRecord, WrittenLevel } from './record.ts';

/** Long enough for any address or error message, too short for a response body. */
const MAX_TEXT_LENGTH = 1_000;
const MAX_ITEMS = 50;
const RESERVED = new Set(['time', 'level', 'event', 'message']);

/** ANSI colours: grey, cyan, yellow, red. */
const COLOURS = { debug: 90, info: 36, warn: 33, error: 31 } as const satisfies Record<WrittenLevel, number>;

/** `{"time":"...","level":"info","event":"...","message":"...",...fields}` and a line feed. */
export function jsonLine({ time, level, event, message, fields }: LogRecord): string {
  const values = { time: time.toISOString(), level, event, message: shortened(message), ...plainFields(fields) };
  return `${JSON.stringify(values)}\n`;
}

/** `<time> WARN  <event> <message> key=value`, all of it printable, and a line feed. */
export function prettyLine({ time, level, event, message, fields }: LogRecord, hasColours: boolean): string {
  const label = level.toUpperCase().padEnd(5);
  const coloured = hasColours ? `\u001b[${COLOURS[level]}m${label}\u001b[0m` : label;
  const pairs = Object.entries(plainFields(fields)).map(([key, value]) => `${escaped(key)}=${prettyValue(value)}`);
  return `${[time.toISOString(), coloured, escaped(event), escaped(shortened(message)), ...pairs].join(' ')}\n`;
}

type Scalar = string | number | boolean | null;
type Plain = Scalar | readonly Scalar[];

/** Fields as values that always serialise. What has no value is left out. */
function plainFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, Plain>> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [RESERVED.has(key) ? `field_${key}` : key, plain(value)]),
  );
}

function plain(value: unknown): Plain {
  return Array.isArray(value) ? value.slice(0, MAX_ITEMS).map(scalar) : scalar(value);
}

function scalar(value: unknown): Scalar {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string') return shortened(value);
  if (value instanceof Error) return shortened(errorText(value));
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  return shortened(objectText(value));
}

function errorText(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return `${error.name}: ${error.message}${code}`;
}

function objectText(value: unknown): string {
  try {
    return typeof value === 'object' ? (JSON.stringify(value) ?? typeof value) : String(value);
  } catch {
    // Circular, or holds a BigInt, or has a throwing toJSON: no reason to lose the line.
    return '[object]';
  }
}

function shortened(text: string): string {
  return text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
}

function prettyValue(value: Plain): string {
  if (typeof value === 'object' && value !== null) return value.map(prettyValue).join(',');
  return typeof value === 'string' && !/^[\w.:/@+-]+$/.test(value) ? escaped(JSON.stringify(value)) : String(value);
}
