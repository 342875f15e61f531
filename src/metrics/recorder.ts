import type { Reading, Readings } from '../../instrumentation/metric-definition.ts';
import type { EpochNs } from '../snapshot/snapshot.ts';
import { SENTINEL } from '../snapshot/values.ts';
import { messageOf } from '../text/printable.ts';
import { round4 } from './arithmetic.ts';
import type { RowId } from './catalogue.ts';
import type { Column, Columns } from './columns.ts';
import type { Put, Sink } from './evaluate.ts';
import type { Point } from './row.ts';
import type { SeriesBook, Subject } from './series.ts';
import { SCOPES, type VocabularyName } from './vocabulary.ts';

/** A computation that threw. Only its value is missing from the sample. */
export interface FailedValue {
  /** The metric, if the error belongs to one. */
  readonly row?: RowId | undefined;
  readonly message: string;
}

/** @param row the metric, if the error belongs to one */
export function failedValue(error: unknown, row?: RowId): FailedValue {
  return { row, message: messageOf(error) };
}

/** Turns points into readings, in each vocabulary that an exporter uses. */
export interface Recorder extends Sink {
  readonly readings: Readings;
  /** Values that could not be computed, so far. */
  readonly failures: readonly FailedValue[];
  /** Series so far. */
  count(): number;
}

export interface RecorderOptions {
  readonly columns: Columns;
  readonly series: SeriesBook;
  /** Time of the poll, nanoseconds since the epoch: the time of all values that no container's sample holds. */
  readonly polledNs: EpochNs;
  /** Start of the exporter's own counters, nanoseconds since the epoch. */
  readonly exporterStartNs: EpochNs;
}

/** Sums and products of values that are each within bounds may not be; from 2^60 on a number reads as "no limit". */
function isPresentable(value: number): boolean {
  return Number.isFinite(value) && value < SENTINEL;
}

/** What the points of one container, of the task or of the exporter have in common. */
interface Origin {
  readonly subject: Subject;
  readonly startNs?: EpochNs | undefined;
  /** Time of the sample; undefined if there is none. */
  readonly sampledNs?: EpochNs | undefined;
  /** True if the ecs vocabulary, which has no container id, exports another container under this name. */
  readonly isNameTaken?: boolean | undefined;
}

/** A value without properties of its own. */
const PLAIN: Omit<Point, 'value'> = {};

const TASK: Subject = { level: 'task' };
const EXPORTER: Subject = { level: 'exporter' };

/** @returns a recorder for one sample. */
export function createRecorder({ columns, series, polledNs, exporterStartNs }: RecorderOptions): Recorder {
  const lists: Readonly<Record<VocabularyName, Reading[]>> = { ecs: [], semconv: [] };
  const byScope = new Map(columns.vocabularies.map((vocabulary) => [SCOPES[vocabulary], lists[vocabulary]]));
  const failures: FailedValue[] = [];

  function putFor({ subject, startNs, sampledNs, isNameTaken }: Origin): Put {
    function push(row: RowId, targets: readonly Column[], value: number, point: Omit<Point, 'value'>): void {
      if (!isPresentable(value)) return;
      const { only, dimensions } = point;
      const startTimeNs = point.startNs === undefined ? startNs : (point.startNs ?? undefined);
      for (const { vocabulary, metric, isRounded, isSampled } of targets) {
        if ((only !== undefined && only !== vocabulary) || (vocabulary === 'ecs' && isNameTaken === true)) continue;
        const exact = metric.valueType === 'int' ? Math.trunc(value) : value;
        lists[vocabulary].push({
          metric,
          attributes: series.attributes(vocabulary, row, subject, dimensions),
          value: isRounded ? round4(exact) : exact,
          startTimeNs: metric.kind === 'counter' ? startTimeNs : undefined,
          timeNs: isSampled ? (sampledNs ?? polledNs) : polledNs,
        });
      }
    }

    return (row, value) => {
      if (value === undefined) return;
      const targets = columns.of(row, subject.level);
      if (typeof value === 'number') push(row, targets, value, PLAIN);
      else for (const point of value) if (point.value !== undefined) push(row, targets, point.value, point);
    };
  }

  return {
    readings: { byScope },
    failures,
    count: () => lists.ecs.length + lists.semconv.length,
    wants: (row, level) => columns.of(row, level).length > 0,
    failed: (row, error) => void failures.push(failedValue(error, row)),
    container: ({ info, sample, countedFromNs, isNameTaken }) => {
      const subject: Subject = { level: 'container', name: info.name, id: info.id, labels: info.labels };
      return putFor({ subject, startNs: countedFromNs, sampledNs: sample?.readNs, isNameTaken });
    },
    task: ({ startedNs, sampledNs }) => putFor({ subject: TASK, startNs: startedNs, sampledNs }),
    exporter: () => putFor({ subject: EXPORTER, startNs: exporterStartNs }),
  };
}
