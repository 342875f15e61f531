const MAX_LENGTH = 120;

/**
 * Makes external text safe for a log: one line of at most `maxLength` characters, without control and invisible characters, and
 * without URLs, which may contain credentials.
 */
export function sanitizeText(text: string, maxLength: number = MAX_LENGTH): string {
  const line = text
    .slice(0, 20 * maxLength)
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[address]')
    .trim();
  const characters = [...line];
  return characters.length > maxLength ? `${characters.slice(0, maxLength).join('')}…` : line;
}

/** Reads a string property that an error of Node.js may lack. */
export function stringMember(value: object, name: string): string | undefined {
  const member: unknown = Reflect.get(value, name);
  return typeof member === 'string' && member !== '' ? member : undefined;
}

/** Shorter secrets also occur in ordinary words. */
const MIN_SECRET_LENGTH = 4;
/** A receiver may truncate a secret. Shorter words also occur in secrets by chance. */
const SECRET_PART = /[A-Za-z0-9+/_%-]{8,}/g;

/**
 * Returns a function that replaces secrets in a text. A receiver's message may contain the header that it rejected.
 *
 * @param secrets header values; the parts of "Bearer abc" are also replaced one by one
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const parts = secrets.flatMap((secret) => [secret, ...secret.split(/\s+/)]);
  const forms = parts.flatMap((part) => [part, encodeURIComponent(part), JSON.stringify(part).slice(1, -1)]);
  const hidden = [...new Set(forms)].filter((form) => form.length >= MIN_SECRET_LENGTH);
  // Longest first: replacing a short secret inside a longer one would leave the rest of it.
  hidden.sort((a, b) => b.length - a.length);
  return (text) =>
    hidden
      .reduce((redacted, secret) => redacted.replaceAll(secret, '***'), text)
      .replace(SECRET_PART, (word) => (hidden.some((secret) => secret.includes(word)) ? '***' : word));
}
