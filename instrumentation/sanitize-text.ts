const MAX_LENGTH = 120;

/**
 * Characters that can move the cursor, break the line, change the text direction or hide text: C0 and C1 controls,
 * bidirectional controls, line separators, zero-width characters and lone surrogates.
 */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{DI}]/gu;

/** Escapes invisible characters: `\u{202e}`. */
export function escaped(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** JSON with invisible characters escaped. */
export function escapedJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent) ?? 'null';
  // JSON has escaped all line feeds except those of the indentation.
  return text.replace(INVISIBLE, (character) => (character === '\n' ? character : unicodeEscapes(character)));
}

/** `\u202e`, for each UTF-16 unit. */
function unicodeEscapes(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/**
 * Makes external text safe for a log: one line of at most `maxLength` characters, without control and invisible characters, and
 * without URLs, which may contain credentials.
 */
export function sanitizeText(text: string, maxLength: number = MAX_LENGTH): string {
  const line = text
    .slice(0, 20 * maxLength)
    .replace(/[\p{C}\p{Zl}\p{Zp}\p{DI}\s]+/gu, ' ')
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
