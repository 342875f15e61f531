import type { TextSchema } from '../option.ts';
import { type Parsed, parsedBy } from './numbers.ts';

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What node:http agrees to send. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Reads `key=value,key=value` with percent-encoded keys and values: W3C Baggage without its `;` metadata, as
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables has it. A
 * value may hold raw `=` (base64 padding). Answers name the item by its place only: it may be a secret.
 */
function readPairs(
  text: string,
  check: (key: string, value: string) => string | undefined,
): Parsed<[string, string][]> {
  const pairs: [string, string][] = [];
  for (const [index, item] of text.split(',').entries()) {
    if (item.trim() === '') continue;
    const place = `(item ${index + 1})`;
    const equals = item.indexOf('=');
    if (equals < 0) return { wrong: `must be key=value pairs with commas between them; one has no = ${place}` };
    const key = percentDecoded(item.slice(0, equals).trim());
    const value = percentDecoded(item.slice(equals + 1).trim());
    if (key === undefined || value === undefined) {
      return { wrong: `must have every % followed by two hexadecimal digits, UTF-8 when decoded ${place}` };
    }
    if (key === '') return { wrong: `must have a key before each = ${place}` };
    const wrong = check(key, value);
    if (wrong !== undefined) return { wrong: `${wrong} ${place}` };
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

/** HTTP headers, names in lower case; the last one of a name wins. */
export const headerPairs: TextSchema<Readonly<Record<string, string>>> = parsedBy((text) => {
  const pairs = readPairs(text, (name, value) => {
    if (!HEADER_NAME.test(name)) return 'must have valid HTTP header names';
    return HEADER_VALUE.test(value) ? undefined : 'must have header values without control characters, in Latin-1';
  });
  if ('wrong' in pairs) return pairs;
  return { value: Object.fromEntries(pairs.value.map(([name, value]) => [name.toLowerCase(), value])) };
});

export const attributePairs: TextSchema<Readonly<Record<string, string>>> = parsedBy((text) => {
  const pairs = readPairs(text, () => undefined);
  return 'wrong' in pairs ? pairs : { value: Object.fromEntries(pairs.value) };
});
