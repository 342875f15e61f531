import type { Reading, Readings } from '../../instrumentation/metric-definition.ts';
import type { RowId } from '../catalogue/catalogue.ts';
import { SCOPES, type VocabularyName } from '../catalogue/vocabulary.ts';
import type { Dimensions, Sink } from '../derive/view.ts';
import type { ContainerInfo } from '../snapshot/snapshot.ts';
import { SENTINEL } from '../snapshot/values.ts';
import type { Columns } from './columns.ts';
import type { SeriesBook, Subject } from './series.ts';

/** Turns derived values into readings, in each vocabulary that somebody speaks. */
export interface Recorder extends Sink {
  exporter(row: RowId, value: number | undefined, dimensions?: Dimensions): void;
  readonly readings: Readings;
  /** Series so far. */
  count(): number;
}

export interface RecorderOptions {
  readonly columns: Columns;
  readonly series: SeriesBook;
  /** Start of the exporter's own counters, nanoseconds since the epoch. */
  readonly exporterStartNs: bigint;
}

/** Sums and products of values that are each within bounds may not be; from 2^60 on a number reads as "no limit". */
function isPresentable(value: number): boolean {
  return Number.isFinite(value) && value < SENTINEL;
}

const TASK: Subject = { level: 'task' };
const EXPORTER: Subject = { level: 'exporter' };

/** @returns a recorder for one sample. */
export function createRecorder({ columns, series, exporterStartNs }: RecorderOptions): Recorder {
  const lists: Readonly<Record<VocabularyName, Reading[]>> = { ecs: [], semconv: [] };
  const byScope = new Map(columns.vocabularies.map((vocabulary) => [SCOPES[vocabulary], lists[vocabulary]]));
  const subjects = new Map<ContainerInfo, Subject>();

  function record(
    row: RowId,
    subject: Subject,
    value: number | undefined,
    startTimeNs: bigint | undefined,
    dimensions: Dimensions | undefined,
    only?: VocabularyName,
  ): void {
    if (value === undefined || !isPresentable(value)) return;
    for (const { vocabulary, metric } of columns.of(row, subject.level)) {
      if (only !== undefined && only !== vocabulary) continue;
      const attributes = series.attributes(vocabulary, row, subject, dimensions);
      const start = metric.kind === 'counter' ? startTimeNs : undefined;
      lists[vocabulary].push({ metric, attributes, value, startTimeNs: start });
    }
  }

  function subjectOf(info: ContainerInfo): Subject {
    let subject = subjects.get(info);
    if (subject === undefined) {
      subject = { level: 'container', name: info.name, id: info.id, labels: info.labels };
      subjects.set(info, subject);
    }
    return subject;
  }

  return {
    readings: { byScope },
    count: () => lists.ecs.length + lists.semconv.length,
    wants: columns.wants,
    container(row, container, value, dimensions, only) {
      if (!container.isSelected) return;
      record(row, subjectOf(container.info), value, container.countedFromNs, dimensions, only);
    },
    task(row, view, value, dimensions) {
      record(row, TASK, value, view.startedNs, dimensions);
    },
    exporter(row, value, dimensions) {
      record(row, EXPORTER, value, exporterStartNs, dimensions);
    },
  };
}
