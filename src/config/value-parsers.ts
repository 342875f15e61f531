import { isIPv6 } from 'node:net';
import type { LogLevel } from '../log/lines.ts';
import type { Parser } from './option.ts';

/** Plain decimals only: no sign, exponent, hexadecimal or digit separator, so that a typo is never a value. */
function decimal(text: string, pattern: RegExp, min: number, max: number): number | undefined {
  if (!pattern.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

export function wholeNumber(min: number, max: number, unit = ''): Parser<number> {
  const error = `must be a whole number${unit === '' ? '' : ` of ${unit}`} from ${min} to ${max}`;
  return (text) => {
    const value = decimal(text, /^\d{1,15}$/, min, max);
    return value === undefined ? { error } : { value };
  };
}

export const milliseconds = (min: number, max: number): Parser<number> => wholeNumber(min, max, 'milliseconds');

/** Seconds with up to 15 decimals, as whole milliseconds. With `isZeroAllowed`, 0 is valid besides the range. */
export function secondsAsMs(min: number, max: number, isZeroAllowed = false): Parser<number> {
  const error = `must be a number of seconds from ${min} to ${max}`;
  return (text) => {
    const seconds = decimal(text, /^\d{1,15}(\.\d{1,15})?$/, isZeroAllowed ? 0 : min, max);
    return seconds === undefined || (seconds < min && seconds !== 0)
      ? { error }
      : { value: Math.round(seconds * 1_000) };
  };
}

/** One of several words, in any case, each with its value. */
function wordFor<T>(words: Readonly<Record<string, T>>, error: string): Parser<T> {
  const values = new Map(Object.entries(words));
  return (text) => {
    const value = values.get(text.toLowerCase());
    return value === undefined ? { error } : { value };
  };
}

/** One of several words that are their own values, in any case. */
export function oneOf<T extends string>(...words: readonly [T, ...T[]]): Parser<T> {
  const last = words.at(-1);
  const error = `must be ${words.slice(0, -1).join(', ')} or ${last}`;
  return (text) => {
    const value = words.find((word) => word === text.toLowerCase());
    return value === undefined ? { error } : { value };
  };
}

/** The exporter's own levels, with those of OTEL_LOG_LEVEL and of Python's logging (version 2) as aliases. */
export const logLevel: Parser<LogLevel> = wordFor<LogLevel>(
  {
    all: 'debug',
    notset: 'debug',
    trace: 'debug',
    verbose: 'debug',
    debug: 'debug',
    info: 'info',
    warn: 'warn',
    warning: 'warn',
    error: 'error',
    critical: 'error',
    fatal: 'error',
    none: 'none',
  },
  'must be debug, info, warn, error or none (aliases: all, notset, trace, verbose, warning, critical, fatal)',
);

const HTTP_PROTOCOL = oneOf('http/protobuf', 'http/json');

export const otlpProtocol: typeof HTTP_PROTOCOL = (text) => {
  const parsed = HTTP_PROTOCOL(text);
  if ('value' in parsed) return parsed;
  return { error: `${parsed.error}; grpc is not supported, use the HTTP port of the receiver (usually 4318)` };
};

export const histogramAggregation = oneOf('explicit_bucket_histogram', 'base2_exponential_bucket_histogram');

/** OpenTelemetry's booleans: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#boolean */
export const trueOrFalse = wordFor<boolean>({ true: true, false: false }, 'must be true or false');

/** A switch that turns something off. */
export const inverted: Parser<boolean> = (text) => {
  const parsed = trueOrFalse(text);
  return 'value' in parsed ? { value: !parsed.value } : parsed;
};

/** The words that version 2 accepted for a switch. */
export const yesOrNo = wordFor<boolean>(
  {
    true: true,
    t: true,
    yes: true,
    y: true,
    on: true,
    '1': true,
    false: false,
    f: false,
    no: false,
    n: false,
    off: false,
    '0': false,
  },
  'must be true or false (aliases: yes, no, on, off, 1, 0)',
);

export const anyText: Parser<string> = (text) => ({ value: text });

export const nonEmptyText: Parser<string> = (text) => (text === '' ? { error: 'must not be empty' } : { value: text });

/** A host name or IP address. IPv6 is accepted with and without brackets and returned without. */
export const hostName: Parser<string> = (text) => {
  const bare = /^\[.*\]$/.test(text) ? text.slice(1, -1) : text;
  const isName = bare === text && /^[a-z0-9_](?:[a-z0-9_.-]{0,252})$/i.test(bare);
  return isName || isIPv6(bare)
    ? { value: bare }
    : { error: 'must be a host name or IP address, without scheme or port' };
};

export const absolutePath: Parser<string> = (text) =>
  text.startsWith('/') ? { value: text } : { error: 'must be an absolute path' };

/** A Unix socket: an absolute path, or `unix://` and the path as in Datadog's libraries. */
export const socketPath: Parser<string> = (text) => {
  const path = text.replace(/^unix:(?:\/\/)?/, '');
  return path.startsWith('/') ? { value: path } : { error: 'must be the absolute path of a Unix socket' };
};
