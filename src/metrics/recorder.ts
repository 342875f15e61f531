import type { Reading, Readings } from '../../instrumentation/metric-definition.ts';
import { SENTINEL } from '../snapshot/json-values.ts';
import type { EpochNs } from '../snapshot/snapshot.ts';
import { messageOf } from '../text/printable.ts';
import { round4 } from './arithmetic.ts';
import type { AttributeCache, Subject } from './attribute-cache.ts';
import type { RowId } from './catalogue.ts';
import type { Observe, Sink } from './evaluate.ts';
import type { Point } from './row.ts';
import type { RowInstrument, RowInstruments } from './row-instruments.ts';
import { SCOPES, type VocabularyName } from './vocabulary.ts';

/** A value that is missing from the sample because its computation threw. */
export interface FailedValue {
  /** The metric, if the error belongs to one. */
  readonly row?: RowId | undefined;
  readonly message: string;
}

/** @param row the metric, if the error belongs to one */
export function failedValue(error: unknown, row?: RowId): FailedValue {
  return { row, message: messageOf(error) };
}

/** Converts values to readings, in each vocabulary that an exporter uses. */
export interface Recorder extends Sink {
  readonly readings: Readings;
  /** Values that could not be computed so far. */
  readonly failures: readonly FailedValue[];
  /** Number of readings so far. */
  count(): number;
}

export interface RecorderOptions {
  readonly instruments: RowInstruments;
  readonly attributeCache: AttributeCache;
  /** Time of the poll in nanoseconds since the epoch: the time of values that do not come from a container's sample. */
  readonly polledNs: EpochNs;
  /** Start time of the exporter's own counters in nanoseconds since the epoch. */
  readonly exporterStartNs: EpochNs;
}

/** Sums and products of valid values can exceed the bounds. Values of 2^60 and more mean "no limit". */
export function isValid(value: number): boolean {
  return Number.isFinite(value) && value < SENTINEL;
}

/** Properties that the points of one container, the task or the exporter share. */
interface Origin {
  readonly subject: Subject;
  readonly startTimeNs?: EpochNs | undefined;
  /** Time of the sample, if there is one. */
  readonly sampledNs?: EpochNs | undefined;
  /** True if the ecs vocabulary, which has no container id, exports another container under this name. */
  readonly isNameTaken?: boolean | undefined;
}

/** A value without attributes or a start time. */
const PLAIN: Omit<Point, 'value'> = {};

const TASK: Subject = { level: 'task' };
const EXPORTER: Subject = { level: 'exporter' };

/** Records one sample. */
export function createRecorder({ instruments, attributeCache, polledNs, exporterStartNs }: RecorderOptions): Recorder {
  const lists: Readonly<Record<VocabularyName, Reading[]>> = { ecs: [], semconv: [] };
  const byScope = new Map(instruments.vocabularies.map((vocabulary) => [SCOPES[vocabulary], lists[vocabulary]]));
  const failures: FailedValue[] = [];

  function observerOf({ subject, startTimeNs, sampledNs, isNameTaken }: Origin): Observe {
    const attributesOf = attributeCache.of(subject);

    function push(row: RowId, targets: readonly RowInstrument[], value: number, point: Omit<Point, 'value'>): void {
      if (!isValid(value)) return;
      const { only, dimensions } = point;
      const ownStartTimeNs = point.startTimeNs === undefined ? startTimeNs : (point.startTimeNs ?? undefined);
      for (const { vocabulary, metric, isRounded, isSampled } of targets) {
        if ((only !== undefined && only !== vocabulary) || (vocabulary === 'ecs' && isNameTaken === true)) continue;
        const exact = metric.valueType === 'int' ? Math.trunc(value) : value;
        lists[vocabulary].push({
          metric,
          attributes: attributesOf(vocabulary, row, dimensions),
          value: isRounded ? round4(exact) : exact,
          startTimeNs: metric.kind === 'counter' ? ownStartTimeNs : undefined,
          timeNs: isSampled ? (sampledNs ?? polledNs) : polledNs,
        });
      }
    }

    return (row, value) => {
      const targets = instruments.of(row, subject.level);
      if (typeof value === 'number') push(row, targets, value, PLAIN);
      else for (const point of value) if (point.value !== undefined) push(row, targets, point.value, point);
    };
  }

  return {
    readings: { byScope },
    failures,
    count: () => lists.ecs.length + lists.semconv.length,
    isExported: (row, level) => instruments.of(row, level).length > 0,
    failed: (row, error) => void failures.push(failedValue(error, row)),
    observeContainer: ({ info, sample, startTimeNs, isNameTaken }) => {
      const subject: Subject = { level: 'container', name: info.name, id: info.id, labels: info.labels };
      return observerOf({ subject, startTimeNs: startTimeNs, sampledNs: sample?.readNs, isNameTaken });
    },
    observeTask: ({ startTimeNs, sampledNs }) => observerOf({ subject: TASK, startTimeNs: startTimeNs, sampledNs }),
    observeExporter: () => observerOf({ subject: EXPORTER, startTimeNs: exporterStartNs }),
  };
}
