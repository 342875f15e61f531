import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { nearest } from '../text/nearest.ts';
import { printable } from '../text/printable.ts';

/** A mapping of a YAML file. Wrong types are reported; a key without a value counts as unset. */
export interface YamlSection {
  has(key: string): boolean;
  /** Any scalar, as written. */
  text(key: string): string | undefined;
  boolean(key: string): boolean | undefined;
  list(key: string): readonly string[] | undefined;
  /** All keys with their texts. */
  entries(): readonly (readonly [key: string, text: string])[];
  section(key: string, known: readonly string[] | 'any'): YamlSection;
  /** Reports an error about a key, or about the mapping itself. @param error the end of the sentence */
  report(key: string | undefined, error: string): void;
}

/** Receives sentences without values, which may be secret: `line 3: tls_server_config.cert_file must be a string`. */
export type Report = (error: string) => void;

/** Texts for the errors of the parser, whose own messages quote the file. */
const SYNTAX: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'tabs cannot be used for indentation',
  BAD_INDENT: 'wrong indentation',
  MULTIPLE_DOCS: 'more than one document',
};

/** Reads a file whose top level is a mapping with `known` keys. Undefined after a syntax error. */
export function readYaml(text: string, known: readonly string[], report: Report): YamlSection | undefined {
  const lineCounter = new LineCounter();
  const lineOf = (offset: number) => lineCounter.linePos(offset).line;
  try {
    const document = parseDocument(text, {
      // Without types: every scalar is kept as it is written.
      schema: 'failsafe',
      prettyErrors: false,
      lineCounter,
      logLevel: 'error',
      // The parser compares each key with all others.
      uniqueKeys: false,
    });
    // Further errors are mostly consequences of the first.
    const [error] = document.errors;
    if (error !== undefined) {
      const { code, pos } = error;
      report(`line ${lineOf(pos[0])}: invalid YAML: ${SYNTAX[code] ?? code.toLowerCase().replaceAll('_', ' ')}`);
      return undefined;
    }
    const { targets, duplicate } = scan(document);
    if (duplicate !== undefined) {
      report(`line ${lineOf(startOf(duplicate))}: invalid YAML: duplicate key`);
      return undefined;
    }
    const resolved = (node: unknown): unknown => {
      if (!isAlias(node)) return node;
      const target = targets.get(node);
      if (target === undefined) report(`line ${lineOf(startOf(node))}: alias without an anchor`);
      return target;
    };
    return sectionOf(document.contents, '', known, { resolved, lineOf, report });
  } catch {
    // The parser is recursive.
    report('invalid YAML: nested too deeply');
    return undefined;
  }
}

interface Scan {
  /** The node of each alias that has an anchor. */
  readonly targets: ReadonlyMap<Alias, Node>;
  /** The first key that occurs twice in its mapping. */
  readonly duplicate: unknown;
}

/** One pass for all aliases and keys: the parser itself needs a pass for each. */
function scan(document: Document): Scan {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  let duplicate: unknown;
  visit(document, {
    Node(_key, node) {
      if (isMap(node)) duplicate ??= duplicateKey(node);
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return { targets, duplicate };
}

function duplicateKey({ items }: YAMLMap): unknown {
  const names = new Set<unknown>();
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    if (names.has(key.value)) return key;
    names.add(key.value);
  }
  return undefined;
}

interface Reading {
  readonly resolved: (node: unknown) => unknown;
  readonly lineOf: (offset: number) => number;
  readonly report: Report;
}

function sectionOf(node: unknown, path: string, known: readonly string[] | 'any', reading: Reading): YamlSection {
  const { resolved, lineOf, report } = reading;
  const mapping = resolved(node);
  const values = new Map<string, unknown>();
  const lines = new Map<string, number>();
  const pathOf = (key: string) => (path === '' ? key : `${path}.${key}`);
  const lineAt = (at: unknown) => lineOf(startOf(at));

  if (isMap(mapping)) {
    for (const { key, value } of mapping.items) {
      const name = resolved(key);
      if (!isScalar(name) || typeof name.value !== 'string') {
        report(`line ${lineAt(key)}: a key of ${path || 'the file'} is not a string`);
      } else if (known !== 'any' && !known.includes(name.value)) {
        const meant = nearest(name.value.toLowerCase(), known);
        const shown = shownPath(pathOf(name.value));
        report(`line ${lineAt(key)}: ${shown} is unknown${meant === undefined ? '' : `; did you mean ${meant}?`}`);
      } else {
        values.set(name.value, resolved(value));
        lines.set(name.value, lineAt(key));
      }
    }
  } else if (!isEmpty(mapping)) {
    report(`line ${lineAt(mapping)}: ${path || 'the file'} must be a mapping`);
  }

  function reportKey(key: string | undefined, error: string): void {
    const line = key === undefined ? (isEmpty(mapping) ? undefined : lineAt(mapping)) : lines.get(key);
    const where = key === undefined ? path : shownPath(pathOf(key));
    report(`${line === undefined ? '' : `line ${line}: `}${where} ${error}`);
  }

  function scalar(key: string, value: unknown, kind: string): string | undefined {
    if (isEmpty(value)) return undefined;
    if (isScalar(value) && typeof value.value === 'string') return value.value;
    reportKey(key, `must be ${kind}`);
    return undefined;
  }

  const text = (key: string) => scalar(key, values.get(key), 'a string');

  return {
    has: (key) => values.has(key),
    text,
    boolean(key) {
      const found = scalar(key, values.get(key), 'true or false');
      if (found === undefined) return undefined;
      if (/^(?:true|yes|on|y)$/i.test(found)) return true;
      if (/^(?:false|no|off|n)$/i.test(found)) return false;
      reportKey(key, 'must be true or false');
      return undefined;
    },
    list(key) {
      const value = values.get(key);
      if (isEmpty(value)) return undefined;
      if (isSeq(value)) return value.items.flatMap((item) => scalar(key, resolved(item), 'a list of strings') ?? []);
      reportKey(key, 'must be a list');
      return undefined;
    },
    entries: () => [...values.keys()].map((key) => [key, text(key) ?? ''] as const),
    section: (key, knownKeys) => sectionOf(values.get(key), pathOf(key), knownKeys, reading),
    report: reportKey,
  };
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** No value, `null` or `~`. */
function isEmpty(node: unknown): boolean {
  if (node === undefined || node === null) return true;
  return isScalar(node) && node.type === 'PLAIN' && /^(?:|~|null)$/i.test(String(node.value ?? ''));
}

/** Keys are names of users, headers and settings. */
function shownPath(path: string): string {
  return printable(path).slice(1, -1);
}
