import type { Level } from '../../src/metrics/row.ts';
import type { VocabularyName } from '../../src/metrics/vocabulary.ts';
import { aggregate } from './identity.ts';
import { CONTAINER, type MetricNames, metricNames, type RowChoice } from './metrics.ts';

/** Builds the queries of one dashboard in one vocabulary. */
export interface QueryBuilder extends MetricNames {
  /** The values of a row. */
  value(row: RowChoice, level: Level, ...matchers: readonly string[]): string;
  /** The rate of a counter in the window that Grafana chooses. */
  rate(row: RowChoice, level: Level, ...matchers: readonly string[]): string;
  /** The increase of a counter in the time range of the dashboard. */
  increase(row: RowChoice, level: Level): string;
  /** Aggregates the series of the selected tasks. */
  aggregate(operation: string, by: readonly string[], expression: string): string;
  quantile(quantile: number, by: readonly string[], expression: string): string;
}

export interface TaskFilter {
  /** Matchers for target_info. */
  readonly tasks: readonly string[];
  /** True if the dashboard has the variable `container`. */
  readonly hasContainers: boolean;
}

export function queryBuilder(vocabulary: VocabularyName, { tasks, hasContainers }: TaskFilter): QueryBuilder {
  const names = metricNames(vocabulary);
  const value = (row: RowChoice, level: Level, ...matchers: readonly string[]): string => {
    const containers = hasContainers && level === 'container' ? [`${CONTAINER}=~"$container"`] : [];
    return names.select(row, level, ...containers, ...matchers);
  };
  return {
    ...names,
    value,
    rate: (...series) => `rate(${value(...series)}[$__rate_interval])`,
    increase: (row, level) => `increase(${value(row, level)}[$__range])`,
    aggregate: (operation, by, expression) => aggregate(operation, by, expression, { tasks }),
    quantile: (parameter, by, expression) => aggregate('quantile', by, expression, { tasks, parameter }),
  };
}
