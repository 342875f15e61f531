const MAX_LENGTH = 80;

/**
 * A text that somebody else wrote, safe for a terminal and a log: quoted, at most 80 characters of it, and everything
 * that does not print (control characters, bidirectional marks, lone surrogates) as an escape.
 */
export function printable(text: string): string {
  const characters = [...text];
  const shown = characters.slice(0, MAX_LENGTH).join('');
  return escaped(JSON.stringify(characters.length > MAX_LENGTH ? `${shown}…` : shown));
}

/** What would move the cursor, break the line or turn the direction of a terminal, as an escape. */
export function escaped(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/**
 * An address without user, password, query and fragment. It works on the text, since what has to be shown may be no
 * address at all, and hides too much rather than too little.
 */
export function withoutCredentials(text: string): string {
  const at = text.lastIndexOf('@');
  const query = text.search(/[?#]/);
  const scheme = /^\s*[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? '';
  // One of the two is in the other: which, nobody can tell in a text that is no address.
  if (query >= 0 && at > query) return `${scheme}[hidden]`;
  const bare = query < 0 ? text : `${text.slice(0, query + 1)}[hidden]`;
  return at < 0 ? bare : `${scheme}[hidden]${bare.slice(at)}`;
}

/** An argument that is no option: what follows an `=` may be anything, even a secret. */
export function withoutAssignment(text: string): string {
  const equals = text.indexOf('=');
  return equals < 0 ? text : `${text.slice(0, equals)}=[hidden]`;
}

/** A path, unless it is what the file should hold: a header, or a key. */
export function withoutContents(text: string): string {
  return text.includes('-----BEGIN') ? '[hidden]' : withoutAssignment(text);
}

/** What a thrown value says: an error's message, or the value as a text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
