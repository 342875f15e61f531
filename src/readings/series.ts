import type { SeriesAttributes } from '../../instrumentation/metric-definition.ts';
import { CATALOGUE, type RowId } from '../catalogue/catalogue.ts';
import { CONTAINER_ATTRIBUTES, DIMENSIONS } from '../catalogue/dimensions.ts';
import type { DimensionName, MetricRow } from '../catalogue/row.ts';
import type { VocabularyName } from '../catalogue/vocabulary.ts';
import type { Dimensions } from '../derive/view.ts';
import type { Labels } from '../snapshot/labels.ts';
import { TASK_TOTAL_NAME } from '../snapshot/snapshot.ts';
import { labelAttributes } from './labels.ts';

/** Whose series it is: a container, the task, or the exporter itself. */
export interface Subject {
  readonly level: 'container' | 'task' | 'exporter';
  readonly name?: string;
  readonly id?: string;
  /** Docker labels, for the rows that show them. */
  readonly labels?: Labels | undefined;
}

/**
 * Attribute objects, built once a series and used again at every sample: the SDK hashes them on each observation, and the
 * serializers keep what they made of them. `renew()` forgets those that were not asked for since the last call.
 */
export interface SeriesBook {
  attributes(vocabulary: VocabularyName, row: RowId, subject: Subject, dimensions?: Dimensions): SeriesAttributes;
  renew(): void;
}

export function createSeriesBook(): SeriesBook {
  let fresh = new Map<string, SeriesAttributes>();
  let old = new Map<string, SeriesAttributes>();
  return {
    attributes(vocabulary, row, subject, dimensions) {
      const constants: MetricRow = CATALOGUE[row];
      const key = keyOf(vocabulary, constants, subject, dimensions);
      const known = fresh.get(key) ?? old.get(key) ?? build(vocabulary, constants, subject, dimensions);
      fresh.set(key, known);
      return known;
    },
    renew() {
      old = fresh;
      fresh = new Map();
    },
  };
}

/** The snapshot lets no control character into a text, so NUL keeps the parts apart. */
function keyOf(
  vocabulary: VocabularyName,
  row: MetricRow,
  { level, name, id, labels }: Subject,
  dimensions: Dimensions | undefined,
): string {
  let key = `${vocabulary}\0${level}\0${name}\0${id}`;
  if (vocabulary === 'semconv' && row.semconv?.constants !== undefined)
    key += `\0${constantsKey(row.semconv.constants)}`;
  if (row.hasLabels === true) for (const [label, value] of labels ?? []) key += `\0${label}\0${value}`;
  for (const dimension in dimensions) {
    if (isDimension(dimension)) key += `\0${dimension}\0${dimensions[dimension]}`;
  }
  return key;
}

function constantsKey(constants: Readonly<Record<string, string>>): string {
  return Object.entries(constants).join();
}

function build(
  vocabulary: VocabularyName,
  row: MetricRow,
  subject: Subject,
  dimensions: Dimensions | undefined,
): SeriesAttributes {
  const attributes: Record<string, string | number | boolean> = {};
  if (vocabulary === 'ecs') {
    const name = subject.level === 'task' ? TASK_TOTAL_NAME : subject.name;
    if (name !== undefined) attributes[CONTAINER_ATTRIBUTES.ecs.name] = name;
  } else {
    if (subject.name !== undefined) attributes[CONTAINER_ATTRIBUTES.semconv.name] = subject.name;
    if (subject.id !== undefined) attributes[CONTAINER_ATTRIBUTES.semconv.id] = subject.id;
    Object.assign(attributes, row.semconv?.constants);
  }
  for (const dimension of dimensionNames(dimensions)) {
    const value = dimensions?.[dimension];
    // Prometheus labels are texts; OpenTelemetry's cpu.logical_number is a number.
    if (value !== undefined)
      attributes[DIMENSIONS[dimension][vocabulary]] = vocabulary === 'ecs' ? String(value) : value;
  }
  if (row.hasLabels === true && subject.labels !== undefined) {
    Object.assign(attributes, labelAttributes(vocabulary, subject.labels));
  }
  return Object.freeze(attributes);
}

function dimensionNames(dimensions: Dimensions | undefined): readonly DimensionName[] {
  return Object.keys(dimensions ?? {}).filter(isDimension);
}

function isDimension(name: string): name is DimensionName {
  return Object.hasOwn(DIMENSIONS, name);
}
