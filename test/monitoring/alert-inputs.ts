/** Input series of promtool's rule tests. Names and labels are those of docs/metrics.md, not of the generator. */
import type { VocabularyName } from '../../src/metrics/vocabulary.ts';

export type Labels = Readonly<Record<string, string>>;

/** A metric in both vocabularies, with its values once a minute in promtool's notation. */
export interface Input {
  readonly ecs: string;
  readonly semconv: string;
  readonly level: 'container' | 'task' | 'exporter';
  readonly values: string;
  /** Labels besides those of the level. */
  readonly labels?: Readonly<Record<VocabularyName, Labels>>;
}

const TARGET = { job: 'ecs-container-exporter', instance: '10.0.1.17:9545' };

const LEVELS: Readonly<Record<Input['level'], Readonly<Record<VocabularyName, Labels>>>> = {
  container: { ecs: { container_name: 'web' }, semconv: { container_name: 'web', container_id: '0123-1' } },
  task: { ecs: { container_name: '_task_' }, semconv: {} },
  exporter: { ecs: {}, semconv: {} },
};

export function labelsOf({ level, labels }: Pick<Input, 'level' | 'labels'>, vocabulary: VocabularyName): Labels {
  return { ...TARGET, ...LEVELS[level][vocabulary], ...labels?.[vocabulary] };
}

export function seriesText(input: Input, vocabulary: VocabularyName): string {
  const labels = Object.entries(labelsOf(input, vocabulary)).map(([name, value]) => `${name}="${value}"`);
  return `${input[vocabulary]}{${labels.join()}}`;
}

/** Both vocabularies under one name: `both('up', ...)`. */
export function both(name: string, level: Input['level'], values: string): Input {
  return { ecs: name, semconv: name, level, values };
}

/** An ecs name without its prefix, and the semconv name in Prometheus. */
export function series(
  level: Input['level'],
  [ecs, semconv]: readonly [ecs: string, semconv: string],
  values: string,
  labels?: Input['labels'],
): Input {
  const input = { ecs: `ecs_task_${ecs}`, semconv, level, values };
  return labels === undefined ? input : { ...input, labels };
}
