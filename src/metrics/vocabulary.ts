import { CATALOGUE, type RowId } from './catalogue.ts';
import type { MetricRow } from './row.ts';

/** The two languages in which every value can be named. */
export const VOCABULARIES = ['ecs', 'semconv'] as const;
export type VocabularyName = (typeof VOCABULARIES)[number];

/** Prefix of every instrument of the ecs vocabulary; Prometheus turns the dot into `_`. */
export const ECS_PREFIX = 'ecs_task.';

/** Instrumentation scopes: one a vocabulary. */
export const SCOPES: Readonly<Record<VocabularyName, string>> = {
  ecs: 'ecs-container-exporter/ecs',
  semconv: 'ecs-container-exporter/semconv',
};

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
