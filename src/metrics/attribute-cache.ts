import type { SeriesAttributes } from '../../instrumentation/metric-definition.ts';
import { TASK_TOTAL_NAME } from '../snapshot/snapshot.ts';
import type { Labels } from '../snapshot/values.ts';
import { CATALOGUE, catalogueRows, type RowId } from './catalogue.ts';
import type { DimensionName, Dimensions, MetricRow } from './row.ts';
import { CONTAINER_ATTRIBUTES, DIMENSIONS, labelAttributes, type VocabularyName } from './vocabulary.ts';

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
 * serializers keep what they made of them. `removeUnused()` ends a sample, and forgets those that it did not ask for.
 */
export interface AttributeCache {
  attributes(vocabulary: VocabularyName, row: RowId, subject: Subject, dimensions?: Dimensions): SeriesAttributes;
  removeUnused(): void;
}

interface Entry {
  readonly attributes: SeriesAttributes;
  /** The last sample that asked for it. */
  sample: number;
}

/** The series of one subject. */
type SubjectEntries = Map<string, Entry>;

export function createAttributeCache(): AttributeCache {
  const bySubject = new Map<string, SubjectEntries>();
  /** The subjects of this sample: most values are of one that was met before, and need no key of it. */
  let met = new Map<Subject, SubjectEntries>();
  let sample = 0;

  function entriesOf(subject: Subject): SubjectEntries {
    const known = met.get(subject);
    if (known !== undefined) return known;
    const key = subjectKey(subject);
    const entries = bySubject.get(key) ?? new Map<string, Entry>();
    bySubject.set(key, entries);
    met.set(subject, entries);
    return entries;
  }

  return {
    attributes(vocabulary, row, subject, dimensions) {
      const constants: MetricRow = CATALOGUE[row];
      const entries = entriesOf(subject);
      const key = seriesKey(vocabulary, row, constants, subject, dimensions);
      let entry = entries.get(key);
      if (entry === undefined) {
        entry = { attributes: build(vocabulary, constants, subject, dimensions), sample };
        entries.set(key, entry);
      }
      entry.sample = sample;
      return entry.attributes;
    },
    removeUnused() {
      for (const [subject, entries] of bySubject) {
        for (const [key, entry] of entries) if (entry.sample < sample) entries.delete(key);
        if (entries.size === 0) bySubject.delete(subject);
      }
      met = new Map();
      sample += 1;
    },
  };
}

/** The snapshot lets no control character into a text, so NUL keeps the parts apart. */
function subjectKey({ level, name, id }: Subject): string {
  return `${level}\0${name}\0${id}`;
}

/** Of the series of one subject. */
function seriesKey(
  vocabulary: VocabularyName,
  id: RowId,
  row: MetricRow,
  { labels }: Subject,
  dimensions: Dimensions | undefined,
): string {
  let key: string = vocabulary === 'semconv' ? (CONSTANT_KEYS.get(id) ?? vocabulary) : vocabulary;
  if (row.hasLabels === true) for (const [label, value] of labels ?? []) key += `\0${label}\0${value}`;
  for (const dimension in dimensions) {
    if (isDimension(dimension)) key += `\0${dimension}\0${dimensions[dimension]}`;
  }
  return key;
}

/** Of the rows whose attributes in semconv have constants. */
const CONSTANT_KEYS: ReadonlyMap<RowId, string> = new Map(
  catalogueRows().flatMap(([id, { semconv }]) =>
    semconv?.constants === undefined ? [] : [[id, `semconv\0${Object.entries(semconv.constants).join()}`] as const],
  ),
);

function build(
  vocabulary: VocabularyName,
  row: MetricRow,
  subject: Subject,
  dimensions: Dimensions | undefined,
): SeriesAttributes {
  const attributes: Record<string, SeriesAttributes[string]> = {};
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
    const name = DIMENSIONS[dimension][vocabulary];
    // Prometheus labels are texts; OpenTelemetry's cpu.logical_number is a number.
    if (value !== undefined && name !== undefined) attributes[name] = vocabulary === 'ecs' ? String(value) : value;
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
