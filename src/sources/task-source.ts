import type { TaskSnapshot } from '../snapshot/snapshot.ts';
import type { InvalidReason } from '../snapshot/values.ts';
import { messageOf } from '../text/printable.ts';
import type { CgroupFailure } from './cgroup/kernel-values.ts';
import { EndpointError } from './ecs-task/endpoint-error.ts';
import type { TagsAttempt } from './ecs-task/tag-reader.ts';

/** Where tasks are read from. */
export interface TaskSource {
  /**
   * The key of the task, if the source only ever has one. The exporter's own metrics then belong to the resource of that
   * task.
   */
  readonly onlyTask?: string | undefined;
  poll(): Promise<PollResult>;
  /** Closes the connections. A poll that is under way fails. */
  close(): void;
}

/** One task at one poll. */
export interface PolledTask {
  /** Identifies the task from poll to poll, whatever its metadata says. Never empty. */
  readonly key: string;
  /** Has no samples if only the stats could not be read. */
  readonly snapshot: TaskSnapshot;
}

/** The outcome of one poll. */
export interface PollResult {
  /** Those that could be read. */
  readonly tasks: readonly PolledTask[];
  /** True if `tasks` lists every task: one that is missing has then gone. */
  readonly isComplete: boolean;
  /** Failed requests. A poll that read tasks may have some, if it used older metadata or has no stats. */
  readonly failures: readonly EndpointError[];
  readonly refused: ReadonlyMap<InvalidReason, number>;
  /** Set if a request for the tags of the task has ended since the previous poll. */
  readonly tags?: TagsAttempt | undefined;
  /** Set if the cgroup of the task was to be read: why some of it could not. */
  readonly cgroupFailures?: readonly CgroupFailure[] | undefined;
}

/** Whether the poll read the stats of a task, or found that there is no task. */
export function isGoodPoll({ tasks, isComplete }: Pick<PollResult, 'tasks' | 'isComplete'>): boolean {
  return tasks.length === 0 ? isComplete : tasks.some(({ snapshot }) => snapshot.hasStats);
}

/** A poll that throws is a failed poll: it must stop neither the polling nor the process that hosts the library. */
export async function pollSafely(source: Pick<TaskSource, 'poll'>): Promise<PollResult> {
  try {
    return await source.poll();
  } catch (error) {
    const cause = error instanceof Error ? error : undefined;
    const failures = [new EndpointError('parse', `the poll failed: ${messageOf(error)}`, { cause })];
    return { tasks: [], isComplete: false, failures, refused: new Map() };
  }
}
