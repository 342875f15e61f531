/** Shorter secrets also occur in ordinary words. */
const MIN_SECRET_LENGTH = 4;
/** Any part of a secret with this many letters and digits is replaced. */
const MIN_PART_LENGTH = 5;
/** Limits the text that is searched; only its beginning is logged. */
const MAX_SEARCHED_LENGTH = 1000;

/**
 * Returns a function that replaces secrets in a text, which it cuts to 1,000 characters. A receiver's message may contain the
 * header that it rejected: whole, in parts, in another case, with other punctuation, or encoded.
 *
 * @param secrets header values; the parts of "Bearer abc" are also replaced one by one
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  // Computed for each text: texts are rare, and the forms of a long token would stay in memory.
  return (text) => {
    const hidden = [...new Set(secrets.flatMap(formsOf))].filter((form) => form.length >= MIN_SECRET_LENGTH);
    // Longest first: replacing a short secret inside a longer one would leave the rest of the longer one.
    hidden.sort((a, b) => b.length - a.length);
    const start = text.slice(0, MAX_SEARCHED_LENGTH);
    const withoutWhole = hidden.reduce((redacted, secret) => redacted.replaceAll(secret, '***'), start);
    return withoutParts(withoutWhole, hidden.map((form) => lettersOf(form).text).join(' '));
  };
}

/** A secret and its words, with the encodings in which a receiver may return them. */
function formsOf(secret: string): readonly string[] {
  return [secret, ...secret.split(/\s+/)].flatMap((part) => [
    part,
    encodeURIComponent(part),
    JSON.stringify(part).slice(1, -1),
    ...encodedForms(part),
  ]);
}

/** Base64 decoded and encoded, and hexadecimal. */
function encodedForms(part: string): readonly string[] {
  if (part.length < MIN_PART_LENGTH) return [];
  const bytes = Buffer.from(part);
  const decoded = Buffer.from(part, 'base64').toString('utf8');
  // The encoding of a part depends on its position within a group of three bytes.
  const encoded = [0, 1, 2].map((offset) => {
    const rest = bytes.subarray(offset);
    // The last character also depends on the next byte.
    return rest.toString('base64').slice(0, Math.floor((rest.length * 8) / 6));
  });
  const isText = !/[\p{C}\ufffd]/u.test(decoded);
  return [...encoded, bytes.toString('hex'), ...(isText ? [decoded] : [])];
}

interface Letters {
  /** Letters and digits in lower case. */
  readonly text: string;
  /** The index of each character of `text` in the original text. */
  readonly indexes: readonly number[];
}

function lettersOf(text: string): Letters {
  const found = [...text.matchAll(/[\p{L}\p{N}]/gu)].map(({ 0: letter, index }) => ({
    letter: letter.toLowerCase(),
    index,
  }));
  const single = found.filter(({ letter }) => letter.length === 1);
  return { text: single.map(({ letter }) => letter).join(''), indexes: single.map(({ index }) => index) };
}

/** Replaces every run of letters and digits that occurs in `secrets`, ignoring other characters between them. */
function withoutParts(text: string, secrets: string): string {
  const letters = lettersOf(text);
  let redacted = '';
  let keptTo = 0;
  for (let at = 0; at + MIN_PART_LENGTH <= letters.text.length; at += 1) {
    let length = MIN_PART_LENGTH;
    if (!secrets.includes(letters.text.slice(at, at + length))) continue;
    while (at + length < letters.text.length && secrets.includes(letters.text.slice(at, at + length + 1))) length += 1;
    redacted += `${text.slice(keptTo, letters.indexes[at])}***`;
    keptTo = (letters.indexes[at + length - 1] ?? 0) + 1;
    at += length - 1;
  }
  return redacted + text.slice(keptTo);
}
