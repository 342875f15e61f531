import { compileGlob, type Glob } from '../text/globs.ts';
import { nearest } from '../text/nearest.ts';
import { type MetricSelection, selectMetrics } from './metric-selection.ts';
import { itemError, type Parsed, type Parser } from './option.ts';

/** The maximum length of a container name on ECS. */
const MAX_GLOB_LENGTH = 255;

/** The items of a comma-separated list, trimmed; empty items and repetitions are dropped. */
function commaItems(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ''))];
}

/** A list of words in any case, returned in the order of `allowed`; at least one unless `mayBeEmpty`. */
export function listOf<T extends string>(allowed: readonly T[], mayBeEmpty = false): Parser<readonly T[]> {
  const error = `must be a comma-separated list of ${allowed.join(', ')}`;
  return (text) => {
    const words = commaItems(text.toLowerCase());
    const unknown = words.find((word) => !allowed.some((one) => one === word));
    const meant = unknown === undefined ? undefined : nearest(unknown, allowed);
    if (meant !== undefined) return { error: `${error}; did you mean "${meant}"?` };
    if (unknown !== undefined || (words.length === 0 && !mayBeEmpty)) return { error };
    return { value: allowed.filter((word) => words.includes(word)) };
  };
}

/** Patterns over names. An empty list is valid, so that an empty flag overrides a variable. */
export const globList: Parser<readonly Glob[]> = (text) => {
  const globs: Glob[] = [];
  for (const [index, item] of commaItems(text).entries()) {
    const glob =
      item.length > MAX_GLOB_LENGTH ? { error: `is longer than ${MAX_GLOB_LENGTH} characters` } : compileGlob(item);
    if ('error' in glob) return { error: itemError(item, index, glob.error) };
    globs.push(glob);
  }
  return { value: globs };
};

const EXPORTERS = ['prometheus', 'otlp', 'statsd', 'console'] as const;

export type ExporterName = (typeof EXPORTERS)[number];

const exporterWords = listOf([...EXPORTERS, 'none']);

/** `none` is the empty list. */
export const exporterList: Parser<readonly ExporterName[]> = (text) => {
  const parsed = exporterWords(text);
  if ('error' in parsed) return parsed;
  const exporters = parsed.value.filter((word) => word !== 'none');
  const isMixed = exporters.length > 0 && exporters.length < parsed.value.length;
  return isMixed ? { error: 'must not combine none with other exporters' } : { value: exporters };
};

/** DogStatsD tags, unchanged; a key may have several values. */
export const tagList: Parser<readonly string[]> = (text) => ({ value: commaItems(text) });

/** Names and patterns of metrics, resolved against the catalogue. */
export const metricSelection: Parser<MetricSelection> = (text) => {
  const items = commaItems(text);
  return items.length === 0 ? { error: 'must be a list of metric names or patterns' } : selectMetrics(items);
};

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** The characters that node:http accepts. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Parses `key=value,key=value` with percent-encoded keys and values: W3C Baggage without `;` metadata
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables). A value may
 * contain raw `=` (base64 padding). Errors give the number of the item and not its text, which may be a secret.
 */
function parsePairs(
  text: string,
  check: (key: string, value: string) => string | undefined,
): Parsed<[string, string][]> {
  const pairs: [string, string][] = [];
  for (const [index, item] of text.split(',').entries()) {
    if (item.trim() === '') continue;
    const place = `item ${index + 1}`;
    const equals = item.indexOf('=');
    if (equals < 0) return { error: `must be comma-separated key=value pairs; ${place} has no =` };
    const key = percentDecoded(item.slice(0, equals).trim());
    const value = percentDecoded(item.slice(equals + 1).trim());
    if (key === undefined || value === undefined) {
      return { error: `must be percent-encoded UTF-8; ${place} has an invalid % sequence` };
    }
    if (key === '') return { error: `must be comma-separated key=value pairs; ${place} has no key` };
    const error = check(key, value);
    if (error !== undefined) return { error: `must be valid HTTP headers; ${place} ${error}` };
    pairs.push([key, value]);
  }
  return { value: pairs };
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** Headers of the connection and of the body, which the HTTP client sets. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** HTTP headers with names in lower case; if a name is repeated, the last value wins. */
export const headerPairs: Parser<Readonly<Record<string, string>>> = (text) => {
  const pairs = parsePairs(text, (name, value) => {
    if (!HEADER_NAME.test(name)) return 'has an invalid name';
    if (OWN_HEADERS.has(name.toLowerCase())) return 'names a header that the HTTP client sets';
    return HEADER_VALUE.test(value) ? undefined : 'has a value with control characters or characters outside Latin-1';
  });
  if ('error' in pairs) return pairs;
  return { value: Object.fromEntries(pairs.value.map(([name, value]) => [name.toLowerCase(), value])) };
};

export const attributePairs: Parser<Readonly<Record<string, string>>> = (text) => {
  const pairs = parsePairs(text, () => undefined);
  return 'error' in pairs ? pairs : { value: Object.fromEntries(pairs.value) };
};
