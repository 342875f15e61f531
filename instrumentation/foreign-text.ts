/** Long enough for a name or a sentence, and not for a page. */
const MAX_LENGTH = 120;

/**
 * A text that somebody else wrote, fit for a log: on one line, at most `maxLength` characters, nothing that does not print,
 * and no address, since one may hold a user, a password or a key.
 */
export function shown(text: string, maxLength: number = MAX_LENGTH): string {
  const line = text
    .slice(0, 20 * maxLength)
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[address]')
    .trim();
  const characters = [...line];
  return characters.length > maxLength ? `${characters.slice(0, maxLength).join('')}…` : line;
}

/** A member of an error that Node.js does not always set. */
export function stringMember(value: object, name: string): string | undefined {
  const member: unknown = Reflect.get(value, name);
  return typeof member === 'string' && member !== '' ? member : undefined;
}

/** Texts shorter than this turn up in ordinary words: hiding them would garble messages and protect nothing. */
const MIN_LENGTH = 4;

/**
 * A function that takes secrets out of a text. What a receiver says of a failure may hold the header that it refused.
 *
 * @param secrets header values; of "Bearer abc" the parts are hidden too.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const parts = secrets.flatMap((secret) => [secret, ...secret.split(/\s+/)]);
  const forms = parts.flatMap((part) => [part, encodeURIComponent(part), JSON.stringify(part).slice(1, -1)]);
  const hidden = [...new Set(forms)].filter((part) => part.length >= MIN_LENGTH);
  // The longest first, so that no part of a longer one stays behind.
  hidden.sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}
