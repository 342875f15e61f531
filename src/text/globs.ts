/** An element of a pattern: any run of characters, or a single character. */
type Token = { readonly kind: 'run' } | { readonly kind: 'one'; readonly matches: (character: string) => boolean };

export interface Glob {
  /** The pattern. */
  readonly text: string;
  matches(name: string): boolean;
}

/**
 * Compiles a pattern: `*` matches any run of characters, `?` any character, `[abc]`, `[a-z]` and `[!a-z]` one of a set. The
 * pattern must match the whole name. Matching takes at most length(name) x length(pattern) steps; a regular expression with
 * five stars can take most of a minute for a name of 120 characters.
 */
export function compileGlob(pattern: string): Glob | { readonly error: string } {
  const tokens: Token[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*') tokens.push({ kind: 'run' });
    else if (character === '?') tokens.push({ kind: 'one', matches: () => true });
    else if (character === '[') {
      const set = readSet(characters, at + 1);
      if ('error' in set) return set;
      tokens.push({ kind: 'one', matches: set.matches });
      at = set.end;
    } else tokens.push({ kind: 'one', matches: (other) => other === character });
  }
  return { text: pattern, matches: (name) => matchesAll(tokens, [...name]) };
}

/** Parses `a-z]` or `!a-z]`. A leading `]` is literal. `end` is the index of the closing bracket. */
function readSet(
  characters: readonly string[],
  start: number,
): { readonly matches: (character: string) => boolean; readonly end: number } | { readonly error: string } {
  const isNegated = characters[start] === '!' || characters[start] === '^';
  const first = isNegated ? start + 1 : start;
  const end = characters.indexOf(']', first + 1);
  if (end < 0) return { error: 'has no closing ]' };
  const ranges: { readonly from: string; readonly to: string }[] = [];
  for (let at = first; at < end; at += 1) {
    const from = characters[at] ?? '';
    const isRange = characters[at + 1] === '-' && at + 2 < end;
    const to = (isRange ? characters[at + 2] : undefined) ?? from;
    if (to < from) return { error: 'has a reversed range in [ ]' };
    ranges.push({ from, to });
    if (isRange) at += 2;
  }
  const isIn = (character: string) => ranges.some(({ from, to }) => character >= from && character <= to);
  return { matches: (character) => isIn(character) !== isNegated, end };
}

/** On a mismatch, only the last `*` is extended: extending an earlier one could not add a match. */
function matchesAll(tokens: readonly Token[], name: readonly string[]): boolean {
  let tokenAt = 0;
  let nameAt = 0;
  let retry: { readonly tokenAt: number; nameAt: number } | undefined;
  while (nameAt < name.length) {
    const token = tokens[tokenAt];
    if (token?.kind === 'run') {
      retry = { tokenAt: tokenAt + 1, nameAt };
      tokenAt += 1;
    } else if (token?.matches(name[nameAt] ?? '') === true) {
      tokenAt += 1;
      nameAt += 1;
    } else if (retry !== undefined) {
      retry.nameAt += 1;
      tokenAt = retry.tokenAt;
      nameAt = retry.nameAt;
    } else return false;
  }
  return tokens.slice(tokenAt).every((token) => token.kind === 'run');
}
