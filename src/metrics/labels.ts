import { joinByLabelName } from '../../instrumentation/prometheus/label-names.ts';
import type { Labels } from '../snapshot/labels.ts';
import type { VocabularyName } from './vocabulary.ts';

/** Nothing that a label is called can meet another attribute: none begins like this. */
const PREFIXES: Readonly<Record<VocabularyName, string>> = {
  ecs: 'label_',
  /** https://opentelemetry.io/docs/specs/semconv/registry/attributes/container/ */
  semconv: 'container.label.',
};

/**
 * A container's docker labels as attributes. In ecs they are called as Prometheus calls them; in semconv by their keys.
 * Keys that are one Prometheus label are one attribute in either: the same series may go to a Prometheus page.
 */
export function labelAttributes(vocabulary: VocabularyName, labels: Labels): Readonly<Record<string, string>> {
  const named = [...labels].map(([key, value]) => [`${PREFIXES[vocabulary]}${key}`, value] as const);
  const joined = joinByLabelName(named);
  return Object.fromEntries(
    joined.map(({ label, name, value }) => [vocabulary === 'ecs' ? label : name, value] as const),
  );
}
