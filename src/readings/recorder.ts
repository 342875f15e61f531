import type { Reading, Readings } from '../../instrumentation/metric-definition.ts';
import type { RowId } from '../catalogue/catalogue.ts';
import { ROW_DEFINITIONS } from '../catalogue/definitions.ts';
import { DEFAULT_SELECTION, type Selection } from '../catalogue/selection.ts';
import { SCOPES, type VocabularyName } from '../catalogue/vocabulary.ts';
import type { ContainerView, Dimensions, Sink } from '../derive/view.ts';
import { SENTINEL } from '../snapshot/values.ts';
import type { SeriesBook, Subject } from './series.ts';

/** Turns derived values into readings, in each vocabulary that somebody speaks. */
export interface Recorder extends Sink {
  exporter(row: RowId, value: number | undefined, dimensions?: Dimensions): void;
  readonly readings: Readings;
  /** Series so far. */
  count(): number;
}

export interface RecorderOptions {
  readonly vocabularies: readonly VocabularyName[];
  readonly series: SeriesBook;
  /** @default DEFAULT_SELECTION */
  readonly selection?: Selection;
  /** Start of the exporter's own counters, nanoseconds since the epoch. */
  readonly exporterStartNs: bigint;
}

/** Sums and products of values that are each within bounds may not be; from 2^60 on a number reads as "no limit". */
function isPresentable(value: number): boolean {
  return Number.isFinite(value) && value < SENTINEL;
}

const TASK: Subject = { level: 'task' };
const EXPORTER: Subject = { level: 'exporter' };

export function createRecorder(options: RecorderOptions): Recorder {
  const { vocabularies, series, selection = DEFAULT_SELECTION, exporterStartNs } = options;
  const byScope = new Map<string, Reading[]>(vocabularies.map((vocabulary) => [SCOPES[vocabulary], []]));
  const subjects = new Map<ContainerView, Subject>();

  function record(
    row: RowId,
    subject: Subject,
    value: number | undefined,
    startTimeNs: bigint | undefined,
    dimensions: Dimensions | undefined,
    only?: VocabularyName,
  ): void {
    if (value === undefined || !isPresentable(value)) return;
    const definitions = ROW_DEFINITIONS.get(row);
    for (const vocabulary of vocabularies) {
      const metric = definitions?.[vocabulary][subject.level];
      if (metric === undefined || (only !== undefined && only !== vocabulary)) continue;
      if (!selection.has(row, vocabulary)) continue;
      const attributes = series.attributes(vocabulary, row, subject, dimensions);
      byScope.get(SCOPES[vocabulary])?.push({
        metric,
        attributes,
        value,
        ...(metric.kind === 'counter' && { startTimeNs }),
      });
    }
  }

  return {
    readings: { byScope },
    count: () => [...byScope.values()].reduce((all, list) => all + list.length, 0),
    wants: (row) => vocabularies.some((vocabulary) => selection.has(row, vocabulary)),
    container(row, container, value, dimensions, only) {
      if (!container.isSelected) return;
      let subject = subjects.get(container);
      if (subject === undefined) {
        const { name, id, labels } = container.info;
        subject = { level: 'container', name, id, labels };
        subjects.set(container, subject);
      }
      record(row, subject, value, container.countedFromNs, dimensions, only);
    },
    task(row, view, value, dimensions) {
      record(row, TASK, value, view.startedNs, dimensions);
    },
    exporter(row, value, dimensions) {
      record(row, EXPORTER, value, exporterStartNs, dimensions);
    },
  };
}
