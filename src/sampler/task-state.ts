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

/** Changes of a task with a snapshot. */
export interface Followed extends Pick<TaskUpdate, 'restarted' | 'withoutStats' | 'renewed'> {
  /** True for the first snapshot of the task. */
  readonly isNew: boolean;
}

/** State of one task between polls: history, view, identity and attributes of series. */
export interface TaskState {
  /** Attributes of its resource; the same object until they change. */
  readonly identity: TaskIdentity;
  /** Counts of the view; undefined without a view. */
  readonly containers: ContainerCounts | undefined;
  /** @throws if the snapshot cannot be followed; the state is unchanged. */
  follow(snapshot: TaskSnapshot, nowMs: number): Followed;
  /**
   * Drops a view that is too old. Returns true if it did.
   *
   * @param lifeMs lifetime of a view with or without stats
   */
  expire(nowMs: number, lifeMs: (hasStats: boolean) => number): boolean;
  /** Records the values of the view. Errors are failures of the recorder. */
  record(options: Omit<RecorderOptions, 'attributeCache'>): Recorder;
}

export type FollowOptions = Omit<UpdateOptions, 'nowMs'>;

interface Viewed {
  readonly view: TaskView;
  /** Monotonic clock. */
  readonly atMs: number;
  readonly hasStats: boolean;
  readonly containers: ContainerCounts;
}

export function createTaskState(options: FollowOptions): TaskState {
  const attributeCache = createAttributeCache();
  let history: TaskHistory = EMPTY_HISTORY;
  let viewed: Viewed | undefined;
  let identity: TaskIdentity = Object.freeze({});
  let identityText = JSON.stringify(identity);

  /** Keeps attributes that are missing now: without them it would be another resource, with other series. */
  function extendIdentity(latest: TaskIdentity): void {
    const extended = Object.freeze({ ...identity, ...latest });
    const text = JSON.stringify(extended);
    if (text === identityText) return;
    identity = extended;
    identityText = text;
  }

  return {
    get identity() {
      return identity;
    },
    get containers() {
      return viewed?.containers;
    },
    follow(snapshot, nowMs) {
      const isNew = history === EMPTY_HISTORY;
      const step = updateTask(history, snapshot, { ...options, nowMs });
      extendIdentity(taskIdentity(snapshot.task));
      const { view, restarted, withoutStats, stale, renewed } = step;
      const withStats = view.containers.filter(({ sample }) => sample !== undefined).length;
      history = step.history;
      viewed = {
        view,
        atMs: nowMs,
        hasStats: snapshot.hasStats,
        containers: { withStats, withoutStats: withoutStats.length, stale },
      };
      return { isNew, restarted, withoutStats, renewed };
    },
    expire(nowMs, lifeMs) {
      if (viewed === undefined || nowMs - viewed.atMs <= lifeMs(viewed.hasStats)) return false;
      viewed = undefined;
      return true;
    },
    record(recorderOptions) {
      attributeCache.removeUnused();
      const recorder = createRecorder({ ...recorderOptions, attributeCache });
      try {
        if (viewed !== undefined) evaluate(viewed.view, recorder);
      } catch (error) {
        recorder.failed(undefined, error);
      }
      return recorder;
    },
  };
}
