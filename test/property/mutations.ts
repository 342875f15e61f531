/** Path of a value in a JSON document. */
export type Path = readonly (string | number)[];

/** Replacement of a value; `DROP` removes it. */
export const DROP: unique symbol = Symbol('drop');

export interface Mutation {
  readonly name: string;
  readonly apply: (value: unknown) => unknown;
}

/** One invalid value of each kind. */
export const MUTATIONS: readonly Mutation[] = [
  { name: 'dropped', apply: () => DROP },
  ...Object.entries({
    null: null,
    'a text': 'text',
    'an empty text': '',
    'a number as a text': '12',
    true: true,
    'an empty list': [],
    'an empty object': {},
    'a list of mixed values': [null, -1, 'x', {}, []],
    'an object of mixed values': { __proto__: null, constructor: 1, a: { b: [] } },
    0: 0,
    '-1': -1,
    '-0': -0,
    'a fraction': 0.1,
    'the smallest number': Number.MIN_VALUE,
    '2^53': 2 ** 53,
    'the largest number below 2^60': 2 ** 60 - 128,
    '2^60': 2 ** 60,
    'no limit, cgroup v1': 2 ** 63 - 4096,
    'no limit, cgroup v2': 2 ** 64,
    'the largest number': Number.MAX_VALUE,
    'the zero date': '0001-01-01T00:00:00Z',
    'a date long past': '2001-01-01T00:00:00.123456789-05:00',
    'a date to come': '2199-01-01T00:00:00Z',
    'control characters': '\u0000\n\r\u001b[31m\ud800"\\',
    'a long text': 'x'.repeat(5000),
  }).map(([name, value]) => ({ name, apply: () => value })),
  { name: 'in a list', apply: (value) => [value] },
  { name: 'negated', apply: (value) => (typeof value === 'number' ? -value : value) },
  { name: 'times a thousand', apply: (value) => (typeof value === 'number' ? value * 1000 : value) },
];

/** All paths of a document, including its root. */
export function pathsOf(document: unknown): readonly Path[] {
  const paths: Path[] = [[]];
  for (const [key, value] of entriesOf(document)) {
    for (const path of pathsOf(value)) paths.push([key, ...path]);
  }
  return paths;
}

export function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const key of path) value = entriesOf(value).find(([name]) => name === key)?.[1];
  return value;
}

/** A copy with another value at `path`, unless an earlier mutation removed the path. */
export function withValue(document: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value === DROP ? undefined : value;
  const kept = entriesOf(document).flatMap(([name, old]): (readonly [string | number, unknown])[] => {
    if (name !== key) return [[name, old]];
    if (rest.length === 0 && value === DROP) return [];
    return [[name, withValue(old, rest, value)]];
  });
  if (Array.isArray(document)) return kept.map(([, one]) => one);
  return isObject(document) ? Object.fromEntries(kept) : document;
}

/** A copy with two values swapped. */
export function swapped(document: unknown, a: Path, b: Path): unknown {
  return withValue(withValue(document, a, valueAt(document, b)), b, valueAt(document, a));
}

function entriesOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return value.map((one, index) => [index, one]);
  return isObject(value) ? Object.entries(value) : [];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
