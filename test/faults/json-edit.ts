/** Copies of parsed JSON with a part replaced. */

/** The document with the value at `path` replaced; unchanged if the path does not exist. */
export function edited(document: unknown, path: readonly string[], change: (before: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(document);
  if (typeof document !== 'object' || document === null) return document;
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => [name, name === key ? edited(value, rest, change) : value]),
  );
}

/** The document without the member at `path`. */
export function removed(document: unknown, path: readonly string[]): unknown {
  const last = path.at(-1);
  return edited(document, path.slice(0, -1), (parent) =>
    typeof parent === 'object' && parent !== null
      ? Object.fromEntries(Object.entries(parent).filter(([name]) => name !== last))
      : parent,
  );
}

/** Device numbers are names, not counts. */
const NAMES: ReadonlySet<string> = new Set(['major', 'minor']);

/** Combines each number of `a` with the number at the same path of `b`, or with 0. */
export function combined(a: unknown, b: unknown, combine: (a: number, b: number) => number): unknown {
  if (typeof a === 'number') return combine(a, typeof b === 'number' ? b : 0);
  if (Array.isArray(a)) return a.map((item, index) => combined(item, Array.isArray(b) ? b[index] : undefined, combine));
  if (typeof a !== 'object' || a === null) return a;
  const other: ReadonlyMap<string, unknown> = new Map(typeof b === 'object' && b !== null ? Object.entries(b) : []);
  return Object.fromEntries(
    Object.entries(a).map(([key, value]) => [key, NAMES.has(key) ? value : combined(value, other.get(key), combine)]),
  );
}
