import type { Refusals } from './refusals.ts';
import { listOf, member, objectOf, textOf } from './values.ts';
import { errorCodeOf, OTHER } from './words.ts';

/** An entry of `Errors`: something that ECS could not find out. Such an answer has status 200 all the same. */
export interface TaskError {
  /** Which member of the document is missing for it. */
  readonly field?: string | undefined;
  readonly code: string;
}

/** How many errors the endpoint lists, by code. */
export type ErrorCounts = ReadonlyMap<string, number>;

/** The agent lists two at most today. Bounds the series; errors of further codes count as `OTHER`. */
const MAX_CODES = 16;

export function parseErrors(value: unknown, refusals: Refusals): readonly TaskError[] {
  const errors: TaskError[] = [];
  for (const item of listOf(value, refusals) ?? []) {
    const error = objectOf(item, refusals);
    if (error === undefined) continue;
    const field = textOf(member(error, 'ErrorField'), refusals);
    errors.push({ field, code: errorCodeOf(member(error, 'ErrorCode'), refusals) });
  }
  return errors;
}

export function countErrors(errors: readonly TaskError[]): ErrorCounts {
  const counts = new Map<string, number>();
  for (const { code } of errors) {
    const label = counts.has(code) || counts.size < MAX_CODES ? code : OTHER;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}
