import assert from 'node:assert/strict';
import { VOCABULARIES } from '../../../src/metrics/vocabulary.ts';
import { type PollOutcome, Sampler, type TaskReadings } from '../../../src/sampler/sampler.ts';
import { createInvalidValues } from '../../../src/snapshot/json-values.ts';
import type { TaskSnapshot } from '../../../src/snapshot/snapshot.ts';
import { joinStats } from '../../../src/snapshot/stats-document.ts';
import { parseTask } from '../../../src/snapshot/task-document.ts';
import { EndpointError } from '../../../src/sources/ecs-task/endpoint-error.ts';
import type { PollResult } from '../../../src/sources/task-source.ts';
import { type GoodAnswer, statsOf, taskOf } from './scripted-poll.ts';

export const INTERVAL_MS = 10_000;

export const arnOf = (id: string): string => `arn:aws:ecs:eu-west-1:111122223333:task/c/${id}`;

/** A task with one container called app. */
export function snapshotOf(id: string, answer: GoodAnswer): TaskSnapshot {
  const scripted = { ...answer, arn: arnOf(id) };
  const invalidValues = createInvalidValues();
  const metadata = parseTask(taskOf(scripted), invalidValues);
  const snapshot = metadata && joinStats(metadata, statsOf(scripted), invalidValues);
  assert.ok(snapshot !== undefined);
  return snapshot;
}

export interface ManyTasks {
  readonly clock: { ms: number };
  readonly sampler: Sampler;
  readonly outcomes: PollOutcome[];
  /** Advances the clock by an interval, then polls; the source returns these tasks, by ID. */
  poll(tasks: Readonly<Record<string, TaskSnapshot>>, isComplete?: boolean): Promise<void>;
  /** The same for a failed poll. */
  fail(): Promise<void>;
  /** The entry of a task, by ID, or the exporter's own. */
  entry(id: string | 'exporter'): TaskReadings | undefined;
}

/** A sampler whose source has many tasks. */
export function manyTasks(): ManyTasks {
  const clock = { ms: 0 };
  const outcomes: PollOutcome[] = [];
  const empty: PollResult = { tasks: [], isComplete: false, failures: [], refused: new Map() };
  let result = empty;
  const sampler = new Sampler({
    source: { poll: async () => result },
    intervalMs: INTERVAL_MS,
    isSelected: () => true,
    vocabularies: VOCABULARIES,
    version: '0',
    observer: { onPoll: (outcome) => outcomes.push(outcome) },
    monotonicMs: () => clock.ms,
    wallMs: () => 1_700_000_000_000 + clock.ms,
  });
  const pollWith = async (next: PollResult): Promise<void> => {
    clock.ms += INTERVAL_MS;
    result = next;
    await sampler.poll();
  };
  return {
    clock,
    sampler,
    outcomes,
    poll: (snapshots, isComplete = true) => {
      const tasks = Object.entries(snapshots).map(([id, snapshot]) => ({ key: arnOf(id), snapshot }));
      return pollWith({ ...empty, tasks, isComplete });
    },
    fail: () => pollWith({ ...empty, failures: [new EndpointError('timeout', 'no answer')] }),
    entry: (id) => sampler.current().find(({ key }) => key === (id === 'exporter' ? '' : arnOf(id))),
  };
}
