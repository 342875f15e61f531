/** Points that should be there, and those that are, by family. */
export interface Presence {
  count(family: string, isThere: boolean): void;
  readonly families: ReadonlyMap<string, { readonly expected: number; readonly present: number }>;
  /** Fraction of the expected points that are there, over all families. */
  fraction(): number;
}

export function createPresence(): Presence {
  const families = new Map<string, { expected: number; present: number }>();
  return {
    count(family, isThere) {
      const counts = families.get(family) ?? { expected: 0, present: 0 };
      counts.expected += 1;
      if (isThere) counts.present += 1;
      families.set(family, counts);
    },
    families,
    fraction() {
      const all = [...families.values()];
      const sum = (key: 'expected' | 'present'): number => all.reduce((total, counts) => total + counts[key], 0);
      return sum('present') / sum('expected');
    },
  };
}
