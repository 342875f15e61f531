import type { Reading, Readings } from '../../instrumentation/metric-definition.ts';
import type { RowId } from '../catalogue/catalogue.ts';
import { SCOPES, type VocabularyName } from '../catalogue/vocabulary.ts';
import { round4 } from '../derive/arithmetic.ts';
import type { Dimensions, Sink, Value } from '../derive/view.ts';
import type { ContainerInfo, EpochNs } from '../snapshot/snapshot.ts';
import { SENTINEL } from '../snapshot/values.ts';
import type { Column, Columns } from './columns.ts';
import type { SeriesBook, Subject } from './series.ts';

/** A computation that threw. Only its value is missing from the sample. */
export interface FailedValue {
  /** The metric, if the error belongs to one. */
  readonly row?: RowId | undefined;
  readonly message: string;
}

/** @param row the metric, if the error belongs to one */
export function failedValue(error: unknown, row?: RowId): FailedValue {
  return { row, message: error instanceof Error ? error.message : String(error) };
}

/** Turns derived values into readings, in each vocabulary that an exporter uses. */
export interface Recorder extends Sink {
  exporter(row: RowId, value: number | undefined, dimensions?: Dimensions): void;
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

/** Properties of an exported value. */
interface Point {
  readonly startTimeNs?: EpochNs | undefined;
  /** Time of the sample that holds the value; undefined if no sample does. */
  readonly sampledNs?: EpochNs | undefined;
  readonly dimensions?: Dimensions | undefined;
  readonly isExportedIn?: (vocabulary: VocabularyName) => boolean;
}

const TASK: Subject = { level: 'task' };
const EXPORTER: Subject = { level: 'exporter' };

/** @returns a recorder for one sample. */
export function createRecorder({ columns, series, polledNs, exporterStartNs }: RecorderOptions): Recorder {
  const lists: Readonly<Record<VocabularyName, Reading[]>> = { ecs: [], semconv: [] };
  const byScope = new Map(columns.vocabularies.map((vocabulary) => [SCOPES[vocabulary], lists[vocabulary]]));
  const subjects = new Map<ContainerInfo, Subject>();
  const failures: FailedValue[] = [];

  function record(row: RowId, subject: Subject, compute: Value, point: Point): void {
    const targets = columns.of(row, subject.level);
    if (targets.length === 0) return;
    try {
      const value = compute();
      if (value !== undefined && isPresentable(value)) push(row, subject, value, targets, point);
    } catch (error) {
      failures.push(failedValue(error, row));
    }
  }

  function push(row: RowId, subject: Subject, value: number, targets: readonly Column[], point: Point): void {
    const { startTimeNs, sampledNs, dimensions, isExportedIn } = point;
    for (const { vocabulary, metric, isRounded, isSampled } of targets) {
      if (isExportedIn?.(vocabulary) === false) continue;
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
    failures,
    count: () => lists.ecs.length + lists.semconv.length,
    wants: columns.wants,
    failed: (error) => void failures.push(failedValue(error)),
    container(row, container, value, dimensions, { only, startNs = container.countedFromNs } = {}) {
      if (!container.isSelected) return;
      record(row, subjectOf(container.info), value, {
        startTimeNs: startNs ?? undefined,
        sampledNs: container.sample?.readNs,
        dimensions,
        isExportedIn: (vocabulary) =>
          (only === undefined || only === vocabulary) && !(vocabulary === 'ecs' && container.isNameTaken === true),
      });
    },
    task(row, view, value, dimensions) {
      record(row, TASK, value, { startTimeNs: view.startedNs, sampledNs: view.sampledNs, dimensions });
    },
    exporter(row, value, dimensions) {
      record(row, EXPORTER, () => value, { startTimeNs: exporterStartNs, dimensions });
    },
  };
}
