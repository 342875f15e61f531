/**
 * Walks into parsed JSON (or anything else unknown) by keys and indexes; undefined as soon as a step leads nowhere.
 */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    const next: unknown = Reflect.get(here, step);
    here = next;
  }
  return here;
}

/** The text at `path`. @throws when there is none: the caller's engine or server would not be the one that is expected. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  if (typeof found !== 'string') throw new Error(`no text at ${path.join('.')} of ${excerpt(value)}`);
  return found;
}

/** The number at `path`. @throws when there is none. */
export function numberAt(value: unknown, ...path: readonly (string | number)[]): number {
  const found = at(value, ...path);
  if (typeof found !== 'number') throw new Error(`no number at ${path.join('.')} of ${excerpt(value)}`);
  return found;
}

/** The list at `path`; empty when there is none, since Go writes an empty list as null or leaves it out. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

function excerpt(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 300);
}
