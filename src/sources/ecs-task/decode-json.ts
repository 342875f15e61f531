import { isUtf8 } from 'node:buffer';

/** Limits for a document, besides its bytes. */
export interface DocumentLimits {
  /** Members and elements of all objects and arrays together; the count is slightly too high. */
  readonly maxValues: number;
  /** Levels of nesting. */
  readonly maxDepth: number;
}

export type Decoded =
  | { readonly ok: true; readonly document: unknown }
  | { readonly ok: false; readonly code: 'parse' | 'too_large'; readonly what: string };

/**
 * Up to this size a document is parsed without a scan: it costs at most some 35 ms and 10 MB. A task has at most ten
 * containers of 3 kB each.
 */
const UNSCANNED_BYTES = 256 * 1024;

/**
 * Strict: valid UTF-8, no byte order mark, JSON of RFC 8259.
 *
 * `JSON.parse` does not recurse, so nesting cannot overflow the stack, but it blocks the event loop and builds objects many
 * times the size of their text. Measured for 4 MiB on a small shared machine (Node 26): 800 ms and 300 MB for brackets only,
 * 350 ms for a million empty objects, 50 ms for a document of a thousand containers. The scan takes 6 ms and rejects the
 * first two. Other documents take less than 100 ms, or 200 ms if thousands of objects have no key in common.
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
    // Without the error: its message quotes the document.
    return { ok: false, code: 'parse', what: looksLikeHtml(bytes) ? 'an HTML page' : 'a malformed document' };
  }
}

/** One pass over the bytes: ASCII characters do not occur within longer UTF-8 sequences. */
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
