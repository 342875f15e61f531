import type { Glob } from '../text/globs.ts';

/** Selects containers. Exclude takes precedence; without include patterns all are included. */
export interface ContainerFilter {
  readonly isSelected: (name: string) => boolean;
  /** Patterns that match none of these names. */
  readonly unmatched: (names: readonly string[]) => readonly string[];
}

export function createFilter(include: readonly Glob[], exclude: readonly Glob[]): ContainerFilter {
  const isIncluded = include.length === 0 ? () => true : createAllowList(include);
  const isExcluded = createAllowList(exclude);
  return {
    isSelected: (name) => !isExcluded(name) && isIncluded(name),
    unmatched: (names) =>
      [...include, ...exclude].filter(({ matches }) => !names.some(matches)).map(({ text }) => text),
  };
}

/** Allows names that match a pattern; without patterns, none. */
export function createAllowList(patterns: readonly Glob[]): (name: string) => boolean {
  return (name) => patterns.some(({ matches }) => matches(name));
}
