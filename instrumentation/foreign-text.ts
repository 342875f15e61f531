/** Long enough for a name or a sentence, and not for a page. */
const MAX_LENGTH = 120;

/**
 * A text that somebody else wrote, fit for a log: on one line, bounded, nothing that does not print, and no address, since
 * one may hold a user, a password or a key.
 */
export function shown(text: string): string {
  const line = text
    .slice(0, 20 * MAX_LENGTH)
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[address]')
    .trim();
  const characters = [...line];
  return characters.length > MAX_LENGTH ? `${characters.slice(0, MAX_LENGTH).join('')}…` : line;
}

/** A member of an error that Node.js does not always set. */
export function stringMember(value: object, name: string): string | undefined {
  const member: unknown = Reflect.get(value, name);
  return typeof member === 'string' && member !== '' ? member : undefined;
}
