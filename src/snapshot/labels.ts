import type { Refusals } from './refusals.ts';
import { objectOf, textOf } from './values.ts';

/** Labels of a container or tags of a task: those that were asked for, by key. */
export type Labels = ReadonlyMap<string, string>;

/** Whether the operator named a key. */
export type IsWanted = (key: string) => boolean;

/** ECS allows 50 tags; docker any number of labels. */
const MAX_LABELS = 64;
/** ECS allows 128 characters for the key of a tag; docker any number for that of a label. */
const MAX_KEY = 255;

/**
 * Reads an object of texts, keys sorted. Keys and values are well-formed, without control characters and of bounded
 * length; an empty value is none. Undefined where nothing is left.
 */
export function parseLabels(value: unknown, isWanted: IsWanted, refusals: Refusals): Labels | undefined {
  const object = objectOf(value, refusals);
  if (object === undefined) return undefined;
  const labels = new Map<string, string>();
  for (const [name, content] of Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!isWanted(name)) continue;
    const key = textOf(name, refusals, MAX_KEY);
    const text = textOf(content, refusals);
    if (key === undefined || text === undefined) continue;
    if (labels.has(key)) refusals.add('duplicate_name');
    else if (labels.size >= MAX_LABELS) refusals.add('too_many');
    else labels.set(key, text);
  }
  return labels.size === 0 ? undefined : labels;
}
