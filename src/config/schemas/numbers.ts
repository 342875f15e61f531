import * as v from 'valibot';
import type { TextSchema } from '../option.ts';

/** Limits of the time between two samples, in milliseconds. */
/** One poll per scrape at the usual scrape intervals of Prometheus; most of them find a new sample. */
export const DEFAULT_INTERVAL_MS = 15_000;

export const INTERVAL_LIMITS_MS = { min: 1_000, max: 3_600_000 } as const;

/** Plain decimals only: no sign, exponent, hexadecimal or digit separator, so that a slip is never a value. */
function decimal(text: string, pattern: RegExp, min: number, max: number): number | undefined {
  if (!pattern.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

export function wholeNumber(min: number, max: number, unit = ''): TextSchema<number> {
  const wrong = `must be a whole number${unit === '' ? '' : ` of ${unit}`} from ${min} to ${max}`;
  return parsedBy((text) => {
    const value = decimal(text, /^\d{1,15}$/, min, max);
    return value === undefined ? { wrong } : { value };
  });
}

/** Seconds, decimals allowed, as whole milliseconds. With `isZeroAllowed`, 0 is a value too. */
export function secondsAsMs(min: number, max: number, isZeroAllowed = false): TextSchema<number> {
  const wrong = `must be a number of seconds from ${min} to ${max}`;
  return parsedBy((text) => {
    const seconds = decimal(text, /^\d{1,15}(\.\d{1,15})?$/, isZeroAllowed ? 0 : min, max);
    return seconds === undefined || (seconds < min && seconds !== 0)
      ? { wrong }
      : { value: Math.round(seconds * 1_000) };
  });
}

/** A value, or what is allowed, as the end of a sentence that begins with the option: "must be ...". */
export type Parsed<T> = { readonly value: T } | { readonly wrong: string };

/** A schema from a parser; the text comes trimmed. The words of `wrong` may not repeat the text: it may be a secret. */
export function parsedBy<T>(parse: (text: string) => Parsed<T>): TextSchema<T> {
  return v.pipe(
    v.string(),
    v.trim(),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const parsed = parse(dataset.value);
      if ('value' in parsed) return parsed.value;
      addIssue({ message: parsed.wrong });
      return NEVER;
    }),
  );
}

/** A schema for a handful of words, in any case; each stands for a value. */
export function wordFor<T>(words: Readonly<Record<string, T>>, wrong: string): TextSchema<T> {
  const values = new Map(Object.entries(words));
  return parsedBy((text) => {
    const value = values.get(text.toLowerCase());
    return value === undefined ? { wrong } : { value };
  });
}
