import type { Reading } from '../../instrumentation/metric-definition.ts';
import { EMPTY_HISTORY, type TaskHistory, updateTask } from '../../src/history/task-history.ts';
import type { TaskView } from '../../src/history/view.ts';
import { type AttributeCache, createAttributeCache } from '../../src/metrics/attribute-cache.ts';
import { evaluate } from '../../src/metrics/evaluate.ts';
import { createRecorder } from '../../src/metrics/recorder.ts';
import { createRowInstruments } from '../../src/metrics/row-instruments.ts';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { createInvalidValues } from '../../src/snapshot/json-values.ts';
import { joinStats } from '../../src/snapshot/stats-document.ts';
import { parseTask } from '../../src/snapshot/task-document.ts';

/** The two decoded documents of one poll. */
export interface Documents {
  readonly task: unknown;
  readonly stats: unknown;
}

export interface Outcome {
  readonly history: TaskHistory;
  /** Undefined if the documents are not those of a task. */
  readonly view: TaskView | undefined;
  readonly restarts: number;
  /** In both vocabularies. */
  readonly readings: readonly Reading[];
}

/** Attribute objects stay the same over polls, so that series can be compared by identity. */
export interface Pipeline {
  step(history: TaskHistory, documents: Documents, nowMs?: number): Outcome;
}

/** The steps from decoded documents to readings: parse, join, update, evaluate, record. */
export function createPipeline(attributeCache: AttributeCache = createAttributeCache()): Pipeline {
  const instruments = createRowInstruments(VOCABULARIES);
  return {
    step(history, { task, stats }, nowMs = 0) {
      const invalidValues = createInvalidValues();
      const metadata = parseTask(task, invalidValues, { isLabelWanted: () => true });
      const snapshot = metadata && joinStats(metadata, stats, invalidValues);
      const recorder = createRecorder({ instruments, attributeCache, polledNs: 0n, exporterStartNs: 0n });
      if (snapshot === undefined) return { history, view: undefined, restarts: 0, readings: [] };
      const followed = updateTask(history, snapshot, {
        nowMs,
        staleAfterMs: 60_000,
        keepForMs: 60_000,
        isSelected: () => true,
      });
      evaluate(followed.view, recorder);
      return {
        history: followed.history,
        view: followed.view,
        restarts: followed.restarted.length,
        readings: [...recorder.readings.byScope.values()].flat(),
      };
    },
  };
}

export { EMPTY_HISTORY };

/** Container name of a series in either vocabulary. Undefined for the task in semconv. */
export function containerOf({ attributes }: Reading): string | undefined {
  const name = attributes['container_name'] ?? attributes['container.name'];
  return typeof name === 'string' ? name : undefined;
}

/** Value of the only series with this name, if any. */
export function valueIn(readings: readonly Reading[], name: string, container: string): number | undefined {
  const found = readings.filter((reading) => reading.metric.name === name && containerOf(reading) === container);
  if (found.length > 1) throw new Error(`${found.length} series of ${name} for ${container}`);
  return found[0]?.value;
}

/** RFC 3339 with nine digits. */
export function isoOf(epochNs: bigint): string {
  const seconds = new Date(Number(epochNs / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(epochNs % 1_000_000_000n).padStart(9, '0')}Z`;
}
