import * as v from 'valibot';
import type { TextSchema } from '../option.ts';

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
