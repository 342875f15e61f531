import type { Reading, Readings } from '../../instrumentation/metric-definition.ts';
import type { ContainerView } from '../history/view.ts';
import type { EpochNs } from '../snapshot/snapshot.ts';
import { SENTINEL } from '../snapshot/values.ts';
import { messageOf } from '../text/message-of.ts';
import { round4 } from './arithmetic.ts';
import type { RowId } from './catalogue.ts';
import type { Columns } from './columns.ts';
import type { Sink } from './evaluate.ts';
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

const TASK: Subject = { level: 'task' };
const EXPORTER: Subject = { level: 'exporter' };

/** @returns a recorder for one sample. */
export function createRecorder({ columns, series, polledNs, exporterStartNs }: RecorderOptions): Recorder {
  const lists: Readonly<Record<VocabularyName, Reading[]>> = { ecs: [], semconv: [] };
  const byScope = new Map(columns.vocabularies.map((vocabulary) => [SCOPES[vocabulary], lists[vocabulary]]));
  const origins = new Map<ContainerView, Origin>();
  const ofExporter: Origin = { subject: EXPORTER, startNs: exporterStartNs };
  const failures: FailedValue[] = [];

  function record(row: RowId, { subject, startNs, sampledNs, isNameTaken }: Origin, point: Point): void {
    const { value, dimensions, only } = point;
    if (value === undefined || !isPresentable(value)) return;
    const startTimeNs = point.startNs === undefined ? startNs : (point.startNs ?? undefined);
    for (const { vocabulary, metric, isRounded, isSampled } of columns.of(row, subject.level)) {
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

  function originOf(container: ContainerView): Origin {
    let origin = origins.get(container);
    if (origin === undefined) {
      const { info, sample, countedFromNs, isNameTaken } = container;
      const subject: Subject = { level: 'container', name: info.name, id: info.id, labels: info.labels };
      origin = { subject, startNs: countedFromNs, sampledNs: sample?.readNs, isNameTaken };
      origins.set(container, origin);
    }
    return origin;
  }

  return {
    readings: { byScope },
    failures,
    count: () => lists.ecs.length + lists.semconv.length,
    wants: (row, level) => columns.of(row, level).length > 0,
    failed: (row, error) => void failures.push(failedValue(error, row)),
    container: (row, container, point) => record(row, originOf(container), point),
    task: (row, { startedNs, sampledNs }, point) =>
      record(row, { subject: TASK, startNs: startedNs, sampledNs }, point),
    exporter: (row, point) => record(row, ofExporter, point),
  };
}
