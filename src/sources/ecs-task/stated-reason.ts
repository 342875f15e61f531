import { sanitizeText } from '../../../instrumentation/sanitize-text.ts';

/** Limit for the part of an error response that is read. The ECS agent's reasons are far shorter. */
export const MAX_REASON_BYTES = 4096;
const MAX_CHARACTERS = 200;

/** The longest prefix that is a JSON string without its closing quote: the response may be truncated. */
const JSON_STRING = /^\s*"(?:[^"\\]|\\(?:u[\da-f]{4}|[^u]))*/i;

/**
 * The reason that an error response states, as one line of at most 200 characters. The agent sends a JSON string, or plain
 * text for throttling and unknown paths. Undefined for anything else, such as an object, an HTML page or binary data: that is
 * content of another service.
 */
export function statedReason(body: Buffer, contentType = ''): string | undefined {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json' && mediaType !== 'text/plain') return undefined;
  const text = decodeStart(body);
  if (text === undefined) return undefined;
  const stated = jsonString(text) ?? (mediaType === 'text/plain' ? plainText(text) : undefined);
  return stated === undefined ? undefined : sanitizeText(stated, MAX_CHARACTERS) || undefined;
}

/** Undefined for bytes that are not UTF-8. A truncated last character is dropped. */
function decodeStart(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body, { stream: true });
  } catch {
    return undefined;
  }
}

function jsonString(text: string): string | undefined {
  const [start] = JSON_STRING.exec(text) ?? [];
  if (start === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(`${start}"`);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined for HTML, JSON or binary data that is labelled as plain text. */
function plainText(text: string): string | undefined {
  return /^\s*[<{["]/.test(text) || text.includes('\0') ? undefined : text;
}
