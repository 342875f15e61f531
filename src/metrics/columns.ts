import type { MetricDefinition } from '../../instrumentation/metric-definition.ts';
import { catalogueRows, type RowId } from './catalogue.ts';
import { ROW_DEFINITIONS } from './definitions.ts';
import { isSampled, type Level, type MetricRow } from './row.ts';
import { DEFAULT_SELECTION, type Selection, type VocabularyName } from './vocabulary.ts';

/** One instrument that takes a row's values. */
export interface Column {
  readonly row: RowId;
  readonly vocabulary: VocabularyName;
  readonly metric: MetricDefinition;
  /** Rounded to 4 digits. */
  readonly isRounded: boolean;
  /** True if values have the time of the container's sample, not of the poll. */
  readonly isSampled: boolean;
}

/** Where values go. Decided once: at each value of each sample it would be a good part of the work. */
export interface Columns {
  readonly vocabularies: readonly VocabularyName[];
  /** The instruments of a row at a level, one a vocabulary at most. */
  of(row: RowId, level: Level): readonly Column[];
}

const NONE: readonly Column[] = [];

export function createColumns(
  vocabularies: readonly VocabularyName[],
  selection: Selection = DEFAULT_SELECTION,
): Columns {
  const columns: Readonly<Record<Level, Map<RowId, Column[]>>> = {
    container: new Map(),
    task: new Map(),
    exporter: new Map(),
  };
  for (const [row, definition] of catalogueRows()) {
    for (const vocabulary of vocabularies.filter((each) => selection.has(row, each))) {
      const { container, task, exporter } = ROW_DEFINITIONS.get(row)?.[vocabulary] ?? {};
      for (const [level, metric] of Object.entries({ container, task, exporter })) {
        if (metric === undefined || !isLevel(level)) continue;
        const list = columns[level].get(row) ?? [];
        columns[level].set(row, [...list, { row, vocabulary, metric, ...traitsOf(definition, vocabulary) }]);
      }
    }
  }
  return { vocabularies, of: (row, level) => columns[level].get(row) ?? NONE };
}

function traitsOf(row: MetricRow, vocabulary: VocabularyName): Pick<Column, 'isRounded' | 'isSampled'> {
  return { isRounded: vocabulary === 'ecs' && row.ecs?.isRounded === true, isSampled: isSampled(row) };
}

function isLevel(name: string): name is Level {
  return name === 'container' || name === 'task' || name === 'exporter';
}
