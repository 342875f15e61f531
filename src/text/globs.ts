/** What one position of a pattern takes: any run of characters, or one character of a kind. */
type Token = { readonly kind: 'run' } | { readonly kind: 'one'; readonly takes: (character: string) => boolean };

export interface Glob {
  /** The pattern. */
  readonly text: string;
  matches(name: string): boolean;
}

/**
 * Compiles a pattern over container names: `*` any run, `?` any character, `[abc]` `[a-z]` `[!a-z]` one of a set; all
 * else is itself, and the whole name must match. Matching takes at most length(name) x length(pattern) steps: as a
 * regular expression, five stars over a name of 120 characters can take most of a minute.
 */
export function compileGlob(pattern: string): Glob | { readonly wrong: string } {
  const tokens: Token[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*') tokens.push({ kind: 'run' });
    else if (character === '?') tokens.push({ kind: 'one', takes: () => true });
    else if (character === '[') {
      const set = readSet(characters, at + 1);
      if ('wrong' in set) return set;
      tokens.push({ kind: 'one', takes: set.takes });
      at = set.end;
    } else tokens.push({ kind: 'one', takes: (other) => other === character });
  }
  return { text: pattern, matches: (name) => matchesAll(tokens, [...name]) };
}

/** Reads `a-z]` or `!a-z]`; a `]` in first place is itself. `end` is where the closing bracket stands. */
function readSet(
  characters: readonly string[],
  start: number,
): { readonly takes: (character: string) => boolean; readonly end: number } | { readonly wrong: string } {
  const isNegated = characters[start] === '!' || characters[start] === '^';
  const first = isNegated ? start + 1 : start;
  const end = characters.indexOf(']', first + 1);
  if (end < 0) return { wrong: 'has no closing ]' };
  const ranges: { readonly from: string; readonly to: string }[] = [];
  for (let at = first; at < end; at += 1) {
    const from = characters[at] ?? '';
    const isRange = characters[at + 1] === '-' && at + 2 < end;
    const to = (isRange ? characters[at + 2] : undefined) ?? from;
    if (to < from) return { wrong: 'has a reversed range in [ ]' };
    ranges.push({ from, to });
    if (isRange) at += 2;
  }
  const isIn = (character: string) => ranges.some(({ from, to }) => character >= from && character <= to);
  return { takes: (character) => isIn(character) !== isNegated, end };
}

/** On a mismatch only the last `*` is stretched by one: what an earlier one took can stay as it is. */
function matchesAll(tokens: readonly Token[], name: readonly string[]): boolean {
  let tokenAt = 0;
  let nameAt = 0;
  let retry: { readonly tokenAt: number; nameAt: number } | undefined;
  while (nameAt < name.length) {
    const token = tokens[tokenAt];
    if (token?.kind === 'run') {
      retry = { tokenAt: tokenAt + 1, nameAt };
      tokenAt += 1;
    } else if (token?.takes(name[nameAt] ?? '') === true) {
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
