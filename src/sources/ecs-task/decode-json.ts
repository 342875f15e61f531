import { isUtf8 } from 'node:buffer';

/** What makes a document refusable, other than its bytes. */
export interface DocumentLimits {
  /** Members and elements of all objects and arrays together, a little over-counted. */
  readonly maxValues: number;
  /** Levels of nesting. */
  readonly maxDepth: number;
}

export type Decoded =
  | { readonly ok: true; readonly document: unknown }
  | { readonly ok: false; readonly code: 'parse' | 'too_large'; readonly what: string };

/**
 * Up to this size a document is parsed unseen: whatever it holds costs at most some 35 ms and 10 MB. A real task has at
 * most ten containers of 3 kB each, so that in practice nothing is ever scanned.
 */
const UNSCANNED_BYTES = 256 * 1024;

/**
 * Bytes to a document, strictly: valid UTF-8, no byte order mark, JSON of RFC 8259.
 *
 * `JSON.parse` does not recurse, so depth cannot overflow the stack, but it blocks the event loop and builds objects many
 * times the size of their text. Measured for 4 MiB on a small shared machine (Node 26): 800 ms and 300 MB for nothing but
 * brackets, 350 ms for a million empty objects, 50 ms for an honest document of a thousand containers. The scan takes 6 ms
 * and refuses the first two. What it lets through costs below 100 ms, save documents made of thousands of objects that
 * have no key in common, which reach some 200 ms.
 */
export function decodeJson(bytes: Buffer, limits: DocumentLimits): Decoded {
  if (bytes.length === 0) {
    return { ok: false, code: 'parse', what: 'an empty body' };
  }
  if (!isUtf8(bytes)) {
    return { ok: false, code: 'parse', what: 'bytes that are not UTF-8' };
  }
  const excess = bytes.length > UNSCANNED_BYTES ? excessOf(bytes, limits) : undefined;
  if (excess !== undefined) {
    return { ok: false, code: 'too_large', what: excess };
  }
  try {
    const document: unknown = JSON.parse(bytes.toString('utf8'));
    return { ok: true, document };
  } catch {
    // The error is left behind on purpose: its text quotes the document.
    return { ok: false, code: 'parse', what: looksLikeHtml(bytes) ? 'an HTML page' : 'a malformed document' };
  }
}

/** One pass over the bytes; none of the ASCII signs looked for occurs inside a longer UTF-8 sequence. */
function excessOf(bytes: Buffer, limits: DocumentLimits): string | undefined {
  let values = 1;
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (isInString) {
      if (byte === BACKSLASH) {
        i++;
      } else if (byte === QUOTE) {
        isInString = false;
      }
    } else if (byte === QUOTE) {
      isInString = true;
    } else if (byte === COMMA) {
      values++;
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      values++;
      depth++;
      if (depth > limits.maxDepth) {
        return `${limits.maxDepth} levels of nesting`;
      }
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth--;
    }
    if (values > limits.maxValues) {
      return `${limits.maxValues} values`;
    }
  }
  return undefined;
}

function looksLikeHtml(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 64).trimStart().startsWith('<');
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
