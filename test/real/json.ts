/**
 * The value at a path of keys and indexes in parsed JSON; undefined if the path does not exist.
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

/** The text at `path`. @throws if there is none. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  if (typeof found !== 'string') throw new Error(`no text at ${path.join('.')} of ${excerpt(value)}`);
  return found;
}

/** The number at `path`. @throws if there is none. */
export function numberAt(value: unknown, ...path: readonly (string | number)[]): number {
  const found = at(value, ...path);
  if (typeof found !== 'number') throw new Error(`no number at ${path.join('.')} of ${excerpt(value)}`);
  return found;
}

/** The list at `path`; empty if there is none, because Go encodes an empty list as null or omits it. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

function excerpt(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 300);
}
