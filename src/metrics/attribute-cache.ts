import type { SeriesAttributes } from '../../instrumentation/metric-definition.ts';
import type { Labels } from '../snapshot/json-values.ts';
import { TASK_TOTAL_NAME } from '../snapshot/snapshot.ts';
import { CATALOGUE, catalogueRows, type RowId } from './catalogue.ts';
import type { DimensionName, Dimensions, MetricRow } from './row.ts';
import { CONTAINER_ATTRIBUTES, DIMENSIONS, labelAttributes, type VocabularyName } from './vocabulary.ts';

/** The object that a series describes: a container, the task, or the exporter itself. */
export interface Subject {
  readonly level: 'container' | 'task' | 'exporter';
  readonly name?: string;
  readonly id?: string;
  /** Docker labels, for rows that export them. */
  readonly labels?: Labels | undefined;
}

/** Returns the attributes of a series: the same object for the same series. */
export type AttributesOf = (vocabulary: VocabularyName, row: RowId, dimensions?: Dimensions) => SeriesAttributes;

/**
 * Attribute objects, one per series, reused for every sample: the SDK hashes them on each observation, and the serializers
 * cache their output per object.
 */
export interface AttributeCache {
  /** The attributes of a subject's series in this sample. */
  of(subject: Subject): AttributesOf;
  /** Ends a sample, and removes attributes that it did not use. */
  removeUnused(): void;
}

interface Entry {
  readonly attributes: SeriesAttributes;
  /** The last sample that used it. */
  sample: number;
}

export function createAttributeCache(): AttributeCache {
  /** The series of each subject. */
  const bySubject = new Map<string, Map<string, Entry>>();
  let sample = 0;

  return {
    of(subject) {
      const subjectId = subjectKey(subject);
      const entries = bySubject.get(subjectId) ?? new Map<string, Entry>();
      bySubject.set(subjectId, entries);
      return (vocabulary, row, dimensions) => {
        const key = seriesKey(vocabulary, row, subject, dimensions);
        let entry = entries.get(key);
        if (entry === undefined) {
          entry = { attributes: build(vocabulary, CATALOGUE[row], subject, dimensions), sample };
          entries.set(key, entry);
        }
        entry.sample = sample;
        return entry.attributes;
      };
    },
    removeUnused() {
      for (const [subject, entries] of bySubject) {
        for (const [key, entry] of entries) if (entry.sample < sample) entries.delete(key);
        if (entries.size === 0) bySubject.delete(subject);
      }
      sample += 1;
    },
  };
}

/** NUL separates the parts: parsed texts contain no control characters. */
function subjectKey({ level, name, id }: Subject): string {
  return `${level}\0${name}\0${id}`;
}

/** Unique within the series of one subject. */
function seriesKey(
  vocabulary: VocabularyName,
  id: RowId,
  { labels }: Subject,
  dimensions: Dimensions | undefined,
): string {
  let key: string = vocabulary === 'semconv' ? (CONSTANT_KEYS.get(id) ?? vocabulary) : vocabulary;
  if (labels !== undefined && hasLabels(CATALOGUE[id]))
    for (const [label, value] of labels) key += `\0${label}\0${value}`;
  for (const dimension in dimensions) {
    if (isDimension(dimension)) key += `\0${dimension}\0${dimensions[dimension]}`;
  }
  return key;
}

function hasLabels(row: MetricRow): boolean {
  return row.hasLabels === true;
}

/** Key prefixes of the rows with constant attributes in semconv. */
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
    // Prometheus labels are strings; OpenTelemetry's cpu.logical_number is a number.
    if (value !== undefined && name !== undefined) attributes[name] = vocabulary === 'ecs' ? String(value) : value;
  }
  if (subject.labels !== undefined && hasLabels(row)) {
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
