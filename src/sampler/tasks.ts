import type { TaskView } from '../history/view.ts';
import type { TaskIdentity } from '../metrics/identity.ts';
import { type FailedValue, failedValue, type Recorder } from '../metrics/recorder.ts';
import type { ContainerCounts } from '../self/self-scope.ts';
import type { PolledTask, PollResult } from '../sources/task-source.ts';
import { createTaskState, type TaskChanges, type TaskState, type TaskStateOptions } from './task-state.ts';

/** A task at one poll, with its changes. */
export interface UpdatedTask extends PolledTask, TaskChanges {}

/** The values of one resource. Further values can be added to the recorder. */
export interface Recorded {
  /** Changes with the task, because exporters keep start times and totals by key. */
  readonly key: string;
  readonly resource: TaskIdentity;
  readonly view: TaskView | undefined;
  readonly recorder: Recorder;
}

/** The tasks of a source; each poll can add and remove tasks. */
export interface Tasks {
  /**
   * Updates each task, and drops tasks that are missing from a complete list. A task whose update throws does not affect the
   * others.
   */
  update(
    polled: Pick<PollResult, 'tasks' | 'isComplete'>,
    nowMs: number,
  ): { readonly updated: readonly UpdatedTask[]; readonly failures: readonly FailedValue[] };
  /** Drops views that are too old. Returns true if there were any. */
  expire(...age: Parameters<TaskState['expire']>): boolean;
  /** Counts over all tasks; undefined if no task is current. */
  containers(): ContainerCounts | undefined;
  /**
   * Records the values of each task. `own` is the recorder for the exporter's own values: that of the only task, or of an
   * entry without a task.
   */
  record(...options: Parameters<TaskState['record']>): {
    readonly recorded: readonly Recorded[];
    readonly own: Recorder;
  };
}

/** Key of the exporter's own entry if there are many tasks. */
const OWN_KEY = '';

/** Limit for tasks without a view, for sources whose list is never complete. Above it, all of them are dropped. */
const MAX_ABSENT = 100;

const UNCHANGED: TaskChanges = { isNew: false, restarted: [], withoutStats: [], renewed: 0 };

export function createTasks(onlyTask: string | undefined, options: TaskStateOptions): Tasks {
  const ownKey = onlyTask ?? OWN_KEY;
  const ownState = createTaskState(options);
  const states = new Map([[ownKey, ownState]]);
  /** Whether the last poll found that there is no task. */
  let isEmpty = false;

  function drop(isGone: (key: string, state: TaskState) => boolean): void {
    for (const [key, state] of states) if (key !== ownKey && isGone(key, state)) states.delete(key);
  }

  function dropAbsent({ tasks, isComplete }: Pick<PollResult, 'tasks' | 'isComplete'>): void {
    const listed = new Set(tasks.map(({ key }) => key));
    if (isComplete) drop((key) => !listed.has(key));
    else if (states.size > MAX_ABSENT + listed.size) {
      drop((key, { containers }) => !listed.has(key) && containers === undefined);
    }
  }

  return {
    update(polled, nowMs) {
      const failures: FailedValue[] = [];
      const updated = polled.tasks.map((task): UpdatedTask => {
        const state = states.get(task.key) ?? createTaskState(options);
        try {
          const changes = state.update(task.snapshot, nowMs);
          states.set(task.key, state);
          return { ...task, ...changes };
        } catch (error) {
          failures.push(failedValue(error));
          return { ...task, ...UNCHANGED };
        }
      });
      dropAbsent(polled);
      isEmpty = polled.isComplete && polled.tasks.length === 0;
      return { updated, failures };
    },
    expire: (...age) => {
      let hasExpired = false;
      for (const state of states.values()) if (state.expire(...age)) hasExpired = true;
      return hasExpired;
    },
    containers() {
      const counts = [...states.values()].map(({ containers }) => containers).filter((one) => one !== undefined);
      return counts.length > 0 || isEmpty ? counts.reduce(sum, NO_CONTAINERS) : undefined;
    },
    record(recorderOptions) {
      const own = ownState.record(recorderOptions);
      const recorded = [...states].map(([key, state]) => {
        const recorder = state === ownState ? own : state.record(recorderOptions);
        const { generation, identity: resource, view } = state;
        return { key: generation === 0 ? key : `${key}#${generation}`, resource, view, recorder };
      });
      return { recorded, own };
    },
  };
}

const NO_CONTAINERS: ContainerCounts = { withStats: 0, withoutStats: 0, stale: 0 };

function sum(one: ContainerCounts, other: ContainerCounts): ContainerCounts {
  return {
    withStats: one.withStats + other.withStats,
    withoutStats: one.withoutStats + other.withoutStats,
    stale: one.stale + other.stale,
  };
}
