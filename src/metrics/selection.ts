import { CATALOGUE, type RowId } from './catalogue.ts';
import type { MetricRow } from './row.ts';
import type { VocabularyName } from './vocabulary.ts';

/** Which rows are wanted in which vocabulary: what is not is neither computed, nor observed, nor sent. */
export interface Selection {
  has(row: RowId, vocabulary: VocabularyName): boolean;
}

/** Every row but those that are to be asked for. */
export const DEFAULT_SELECTION: Selection = {
  has(row, vocabulary) {
    const { optIn = [] }: MetricRow = CATALOGUE[row];
    return !optIn.includes(vocabulary);
  },
};

export const EVERYTHING: Selection = { has: () => true };
