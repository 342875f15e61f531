import type { LogLevel } from '../config.ts';
import type { TextSchema } from '../option.ts';
import { parsedBy, wordFor } from './numbers.ts';

/** Our levels under their own names, the names of Python's logging (version 2) and those of OTEL_LOG_LEVEL. */
export const logLevel: TextSchema<LogLevel> = wordFor<LogLevel>(
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
  'must be debug, info, warn, error or none (all, notset, trace, verbose, warning, critical and fatal are understood too)',
);

export const otlpProtocol = wordFor(
  { 'http/protobuf': 'http/protobuf', 'http/json': 'http/json' } as const,
  "must be http/protobuf or http/json; grpc is not supported, so use the receiver's HTTP port, usually 4318",
);

export const compression = wordFor({ gzip: 'gzip', none: 'none' } as const, 'must be gzip or none');

export const temporality = wordFor(
  { cumulative: 'cumulative', delta: 'delta', lowmemory: 'lowmemory' } as const,
  'must be cumulative, delta or lowmemory',
);

export const histogramAggregation = wordFor(
  { explicit_bucket_histogram: 'explicit', base2_exponential_bucket_histogram: 'base2' } as const,
  'must be explicit_bucket_histogram or base2_exponential_bucket_histogram',
);

export const logFormat = wordFor(
  { auto: 'auto', json: 'json', pretty: 'pretty' } as const,
  'must be auto, json or pretty',
);

export const onceFormat = wordFor({ prometheus: 'prometheus', json: 'json' } as const, 'must be prometheus or json');

/** OpenTelemetry's booleans: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#boolean */
export const trueOrFalse = wordFor<boolean>({ true: true, false: false }, 'must be true or false');

/** A switch of the program: the words that version 2 understood. */
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
  'must be true or false (yes, no, on, off, 1 and 0 are understood too)',
);

export const nonEmptyText: TextSchema<string> = parsedBy((text) =>
  text === '' ? { wrong: 'must not be empty' } : { value: text },
);

/** For a variable that would change the meaning of all others: going on without it is worse than not starting. */
export const unsupported = (why: string): TextSchema<never> => parsedBy(() => ({ wrong: why }));
