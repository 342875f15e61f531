import type { InvalidValues } from './json-values.ts';

/** Nanoseconds since the Unix epoch. */
export type EpochNs = bigint;

const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:?\d\d)$/;

/** Earlier dates are Go's zero time or from a clock that was never set. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);

/**
 * Parses an RFC 3339 time with up to nine fractional digits and any offset. Undefined for Go's zero time
 * (`0001-01-01T00:00:00Z`), which means "not yet".
 */
export function timeOf(value: unknown, invalidValues: InvalidValues): EpochNs | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') {
    invalidValues.add('wrong_type');
    return undefined;
  }
  const match = RFC3339.exec(value);
  const seconds = match?.[1];
  const offset = match?.[3];
  const ms = seconds === undefined || offset === undefined ? Number.NaN : Date.parse(seconds + withColon(offset));
  if (Number.isNaN(ms)) {
    invalidValues.add('bad_time');
    return undefined;
  }
  if (ms < EARLIEST_MS || ms > LATEST_MS) return undefined;
  return BigInt(ms) * 1_000_000n + BigInt((match?.[2] ?? '').padEnd(9, '0'));
}

function withColon(offset: string): string {
  return offset.length === 5 ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset;
}
