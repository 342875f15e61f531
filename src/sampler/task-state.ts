import {
  EMPTY_HISTORY,
  type TaskHistory,
  type TaskUpdate,
  type UpdateOptions,
  updateTask,
} from '../history/task-history.ts';
import type { TaskView } from '../history/view.ts';
import { createAttributeCache } from '../metrics/attribute-cache.ts';
import { evaluate } from '../metrics/evaluate.ts';
import { type TaskIdentity, taskIdentity } from '../metrics/identity.ts';
import { createRecorder, type Recorder, type RecorderOptions } from '../metrics/recorder.ts';
import type { ContainerCounts } from '../self/self-scope.ts';
import type { TaskSnapshot } from '../snapshot/snapshot.ts';

/** Changes of a task since the previous snapshot. */
export interface TaskChanges extends Pick<TaskUpdate, 'restarted' | 'withoutStats' | 'renewed'> {
  /** True for the first snapshot of the task, and for the first one with another TaskARN. */
  readonly isNew: boolean;
}

/**
 * State of one task between polls: history, view, identity and attributes of series. A snapshot with another TaskARN starts
 * a new task without the state of the previous one.
 */
export interface TaskState {
  /** Number of earlier tasks. */
  readonly generation: number;
  /** Attributes of its resource; the same object until they change. */
  readonly identity: TaskIdentity;
  /** The task at the last poll; undefined if there is no recent one. */
  readonly view: TaskView | undefined;
  /** Counts of the view; undefined without a view. */
  readonly containers: ContainerCounts | undefined;
  /** @throws if the snapshot cannot be processed; the state is then unchanged. */
  update(snapshot: TaskSnapshot, nowMs: number): TaskChanges;
  /**
   * Drops a view that is too old. Returns true if it did.
   *
   * @param lifetimeMs lifetime of a view with or without stats
   */
  expire(nowMs: number, lifetimeMs: (hasStats: boolean) => number): boolean;
  /** Records the values of the view. Errors are recorded as failures. */
  record(options: Omit<RecorderOptions, 'attributeCache'>): Recorder;
}

export type TaskStateOptions = Omit<UpdateOptions, 'nowMs'>;

interface DatedView {
  readonly view: TaskView;
  /** Monotonic clock. */
  readonly atMs: number;
  readonly hasStats: boolean;
  readonly containers: ContainerCounts;
}

export function createTaskState(options: TaskStateOptions): TaskState {
  let attributeCache = createAttributeCache();
  let history: TaskHistory = EMPTY_HISTORY;
  let current: DatedView | undefined;
  let identity: TaskIdentity = Object.freeze({});
  let identityText = JSON.stringify(identity);
  let arn: string | undefined;
  let generation = 0;

  /** Keeps attributes that are currently missing: without them, the resource and its series would change. */
  function extendIdentity(latest: TaskIdentity): void {
    const extended = Object.freeze({ ...identity, ...latest });
    const text = JSON.stringify(extended);
    if (text === identityText) return;
    identity = extended;
    identityText = text;
  }

  return {
    get generation() {
      return generation;
    },
    get identity() {
      return identity;
    },
    get view() {
      return current?.view;
    },
    get containers() {
      return current?.containers;
    },
    update(snapshot, nowMs) {
      const isOther = arn !== undefined && snapshot.task.arn !== undefined && snapshot.task.arn !== arn;
      const isNew = isOther || history === EMPTY_HISTORY;
      const step = updateTask(isOther ? EMPTY_HISTORY : history, snapshot, { ...options, nowMs });
      if (isOther) {
        generation += 1;
        identity = Object.freeze({});
        attributeCache = createAttributeCache();
      }
      arn = snapshot.task.arn ?? arn;
      extendIdentity(taskIdentity(snapshot.task));
      const { view, restarted, withoutStats, stale, renewed } = step;
      const withStats = view.containers.filter(({ sample }) => sample !== undefined).length;
      history = step.history;
      current = {
        view,
        atMs: nowMs,
        hasStats: snapshot.hasStats,
        containers: { withStats, withoutStats: withoutStats.length, stale },
      };
      return { isNew, restarted, withoutStats, renewed };
    },
    expire(nowMs, lifetimeMs) {
      if (current === undefined || nowMs - current.atMs <= lifetimeMs(current.hasStats)) return false;
      current = undefined;
      return true;
    },
    record(recorderOptions) {
      attributeCache.removeUnused();
      const recorder = createRecorder({ ...recorderOptions, attributeCache });
      try {
        if (current !== undefined) evaluate(current.view, recorder);
      } catch (error) {
        recorder.failed(undefined, error);
      }
      return recorder;
    },
  };
}
