import { type IsWanted, type Labels, parseLabels } from './labels.ts';
import type { Refusals } from './refusals.ts';
import { parseErrors, type TaskError } from './task-errors.ts';
import { member, objectOf } from './values.ts';

/** What `/taskWithTags` says in addition to `/task`. */
export interface TaskTags {
  /** Those that were asked for. Undefined: the task has none of them, or they could not be found out. */
  readonly tags?: Labels | undefined;
  /** Why they could not be found out: an error's code. */
  readonly problem?: string | undefined;
  /** All errors that the answer lists, those about the container instance's tags too. */
  readonly errors: readonly TaskError[];
}

const TASK_TAGS = 'TaskTags';
const INSTANCE_TAGS = 'ContainerInstanceTags';

/**
 * Undefined where the document is no task. Without permission, or while ECS throttles, the answer lists an error in place
 * of the tags; a task without tags has neither.
 *
 * @see https://github.com/aws/amazon-ecs-agent/pull/2789
 */
export function parseTaskTags(document: unknown, isWanted: IsWanted, refusals: Refusals): TaskTags | undefined {
  const task = objectOf(document, refusals);
  if (task === undefined || !(Object.hasOwn(task, 'TaskARN') || Object.hasOwn(task, 'Containers'))) return undefined;
  const errors = parseErrors(member(task, 'Errors'), refusals);
  const given = objectOf(member(task, TASK_TAGS), refusals);
  if (given !== undefined) return { tags: parseLabels(given, isWanted, refusals), errors };
  return { problem: errors.find(({ field }) => field !== INSTANCE_TAGS)?.code, errors };
}
