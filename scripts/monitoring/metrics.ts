import type { MetricDefinition } from '../../instrumentation/metric-definition.ts';
import { prometheusName } from '../../instrumentation/prometheus/prometheus-names.ts';
import { CATALOGUE, type RowId } from '../../src/metrics/catalogue.ts';
import type { DimensionName, Level, MetricRow } from '../../src/metrics/row.ts';
import { ROW_DEFINITIONS } from '../../src/metrics/row-instruments.ts';
import { CONTAINER_ATTRIBUTES, DIMENSIONS, type VocabularyName } from '../../src/metrics/vocabulary.ts';
import { TASK_TOTAL_NAME } from '../../src/snapshot/snapshot.ts';

/** A row of the catalogue, or one for each vocabulary. */
export type RowChoice = RowId | Readonly<Record<VocabularyName, RowId>>;

/** The PromQL names of one vocabulary. */
export interface MetricNames {
  readonly vocabulary: VocabularyName;
  /** The name of a metric in Prometheus. */
  name(row: RowChoice, level: Level): string;
  /** A vector selector for all series of a row at a level. */
  select(row: RowChoice, level: Level, ...matchers: readonly string[]): string;
  label(dimension: DimensionName): string;
  /** The HELP text of a metric. */
  describe(row: RowChoice, level: Level): string;
}

/** Labels that select the series of the task, and those of containers, in ecs. */
const LEVEL_MATCHERS: Readonly<Record<VocabularyName, Readonly<Partial<Record<Level, string>>>>> = {
  ecs: {
    container: `${labelOf(CONTAINER_ATTRIBUTES.ecs.name)}!="${TASK_TOTAL_NAME}"`,
    task: `${labelOf(CONTAINER_ATTRIBUTES.ecs.name)}="${TASK_TOTAL_NAME}"`,
  },
  semconv: {},
};

/** The label of the container's name, in both vocabularies. */
export const CONTAINER = labelOf(CONTAINER_ATTRIBUTES.semconv.name);

export function metricNames(vocabulary: VocabularyName): MetricNames {
  const definition = (choice: RowChoice, level: Level): MetricDefinition => {
    const row = rowOf(choice, vocabulary);
    const found = ROW_DEFINITIONS.get(row)?.[vocabulary][level];
    if (found === undefined) throw new Error(`${row} has no ${vocabulary} name for the level ${level}`);
    return found;
  };
  const name = (choice: RowChoice, level: Level): string => prometheusName(definition(choice, level));
  return {
    vocabulary,
    name,
    select(choice, level, ...matchers) {
      const row: MetricRow = CATALOGUE[rowOf(choice, vocabulary)];
      const constants = vocabulary === 'semconv' ? Object.entries(row.semconv?.constants ?? {}) : [];
      const all = [
        ...constants.map(([attribute, value]) => `${labelOf(attribute)}="${value}"`),
        ...(LEVEL_MATCHERS[vocabulary][level] === undefined ? [] : [LEVEL_MATCHERS[vocabulary][level]]),
        ...matchers,
      ];
      return `${name(choice, level)}${all.length === 0 ? '' : `{${all.join(', ')}}`}`;
    },
    label(dimension) {
      const attribute = DIMENSIONS[dimension][vocabulary];
      if (attribute === undefined) throw new Error(`${dimension} has no ${vocabulary} name`);
      return labelOf(attribute);
    },
    describe: (choice, level) => definition(choice, level).description,
  };
}

export function rowOf(choice: RowChoice, vocabulary: VocabularyName): RowId {
  return typeof choice === 'string' ? choice : choice[vocabulary];
}

/** The Prometheus label of an attribute. */
export function labelOf(attribute: string): string {
  return attribute.replaceAll(/\W/g, '_');
}
