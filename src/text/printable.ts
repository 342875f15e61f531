const MAX_LENGTH = 80;

/**
 * Quotes untrusted text for a terminal or log, truncated to 80 characters. Non-printing characters (control characters,
 * bidirectional marks, lone surrogates) are escaped.
 */
export function printable(text: string): string {
  const characters = [...text];
  const start = characters.slice(0, MAX_LENGTH).join('');
  return escaped(JSON.stringify(characters.length > MAX_LENGTH ? `${start}…` : start));
}

/** Escapes characters that can move the cursor, break the line or change the text direction of a terminal. */
export function escaped(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/**
 * Redacts user, password, query and fragment of a URL. Works on the text, because it may not be a valid URL, and redacts too
 * much rather than too little.
 */
export function withoutCredentials(text: string): string {
  const at = text.lastIndexOf('@');
  const query = text.search(/[?#]/);
  const scheme = /^\s*[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? '';
  // The @ and the query can overlap if the text is not a valid URL.
  if (query >= 0 && at > query) return `${scheme}[hidden]`;
  const bare = query < 0 ? text : `${text.slice(0, query + 1)}[hidden]`;
  return at < 0 ? bare : `${scheme}[hidden]${bare.slice(at)}`;
}

/** Redacts the text after `=`, which can be a secret. */
export function withoutAssignment(text: string): string {
  const equals = text.indexOf('=');
  return equals < 0 ? text : `${text.slice(0, equals)}=[hidden]`;
}

/** A path. Redacts text that looks like the contents of the file: a PEM key or a header. */
export function withoutContents(text: string): string {
  return text.includes('-----BEGIN') ? '[hidden]' : withoutAssignment(text);
}

/** The message of an error, or a thrown value as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
