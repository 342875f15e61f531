import { compileGlob } from '../text/globs.ts';

/** Selects containers. Exclude takes precedence; without include patterns all are included. */
export interface ContainerFilter {
  readonly isSelected: (name: string) => boolean;
  /** Patterns that match none of these names. */
  readonly unmatched: (names: readonly string[]) => readonly string[];
}

interface Pattern {
  readonly text: string;
  readonly matches: (name: string) => boolean;
}

/** @throws an Error for an invalid pattern; the configuration rejects those before. */
export function createFilter(include: readonly string[], exclude: readonly string[]): ContainerFilter {
  const includes = include.map(compile);
  const excludes = exclude.map(compile);
  return {
    isSelected: (name) =>
      !excludes.some(({ matches }) => matches(name)) &&
      (includes.length === 0 || includes.some(({ matches }) => matches(name))),
    unmatched: (names) =>
      [...includes, ...excludes].filter(({ matches }) => !names.some(matches)).map(({ text }) => text),
  };
}

/** Allows names that match a pattern; without patterns, none. */
export function createAllowList(patterns: readonly string[]): (name: string) => boolean {
  const allowed = patterns.map(compile);
  return (name) => allowed.some(({ matches }) => matches(name));
}

function compile(text: string): Pattern {
  const glob = compileGlob(text);
  if ('wrong' in glob) throw new Error(`${text} ${glob.wrong}`);
  return { text, matches: glob.matches };
}
