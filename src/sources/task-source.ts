import type { InvalidReason } from '../snapshot/json-values.ts';
import type { TaskSnapshot } from '../snapshot/snapshot.ts';
import { messageOf } from '../text/printable.ts';
import { EndpointError } from './ecs-task/endpoint-error.ts';
import type { TagsAttempt } from './ecs-task/tag-reader.ts';

/** A source of tasks. */
export interface TaskSource {
  /**
   * The key of the task, for a source with a single task. The exporter's own metrics then belong to the resource of that
   * task.
   */
  readonly onlyTask?: string | undefined;
  poll(): Promise<PollResult>;
  /** Closes the connections. A running poll fails. */
  close(): void;
}

/** One task at one poll. */
export interface PolledTask {
  /** Identifies the task across polls, independently of its metadata. Never empty. */
  readonly key: string;
  /** Without samples if only the stats could not be read. */
  readonly snapshot: TaskSnapshot;
}

/** Why values of the task's cgroup are missing. Stable: label values of `exporter_cgroup_failures`. */
export const CGROUP_FAILURES = ['not_found', 'unreadable', 'malformed', 'timeout'] as const;
export type CgroupFailure = (typeof CGROUP_FAILURES)[number];

/** The outcome of one poll. */
export interface PollResult {
  /** The tasks that could be read. */
  readonly tasks: readonly PolledTask[];
  /** True if `tasks` lists every task, so that a missing one has ended. */
  readonly isComplete: boolean;
  /** Failed requests. A poll with tasks has failures if it used older metadata or has no stats. */
  readonly failures: readonly EndpointError[];
  readonly refused: ReadonlyMap<InvalidReason, number>;
  /** Set if a request for the task's tags has ended since the previous poll. */
  readonly tags?: TagsAttempt | undefined;
  /** Why values of the task's cgroup are missing; undefined if the cgroup is not read. */
  readonly cgroupFailures?: readonly CgroupFailure[] | undefined;
}

/** True if the poll read the stats of a task, or found that there is no task. */
export function isSuccessfulPoll({ tasks, isComplete }: Pick<PollResult, 'tasks' | 'isComplete'>): boolean {
  return tasks.length === 0 ? isComplete : tasks.some(({ snapshot }) => snapshot.hasStats);
}

/** Turns an exception into a failed poll: it must stop neither the polling nor an application that uses the library. */
export async function pollSafely(source: Pick<TaskSource, 'poll'>): Promise<PollResult> {
  try {
    return await source.poll();
  } catch (error) {
    const cause = error instanceof Error ? error : undefined;
    const failures = [new EndpointError('parse', `the poll failed: ${messageOf(error)}`, { cause })];
    return { tasks: [], isComplete: false, failures, refused: new Map() };
  }
}
