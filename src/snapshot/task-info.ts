import { type IsWanted, type Labels, parseLabels } from './labels.ts';
import type { Refusals } from './refusals.ts';
import type { ClockInfo, EphemeralStorage, TaskInfo } from './snapshot.ts';
import { timeOf } from './time.ts';
import { amountOf, errorCodeOf, type JsonObject, listOf, member, OTHER, objectOf, statusOf, textOf } from './values.ts';

/**
 * What `/task` says of the task itself.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
 */
export function parseTaskInfo(task: JsonObject, refusals: Refusals): TaskInfo {
  const text = (key: string): string | undefined => textOf(member(task, key), refusals);
  const time = (key: string) => timeOf(member(task, key), refusals);
  const limits = objectOf(member(task, 'Limits'), refusals) ?? {};
  return {
    cluster: text('Cluster'),
    arn: text('TaskARN'),
    family: text('Family'),
    revision: text('Revision'),
    availabilityZone: text('AvailabilityZone'),
    availabilityZoneId: text('AvailabilityZoneID'),
    vpcId: text('VPCID'),
    launchType: text('LaunchType')?.toUpperCase(),
    serviceName: text('ServiceName'),
    knownStatus: statusOf(member(task, 'KnownStatus'), refusals),
    desiredStatus: statusOf(member(task, 'DesiredStatus'), refusals),
    pullStartedNs: time('PullStartedAt'),
    pullStoppedNs: time('PullStoppedAt'),
    executionStoppedNs: time('ExecutionStoppedAt'),
    cpuCores: amountOf(member(limits, 'CPU'), refusals),
    memoryMib: amountOf(member(limits, 'Memory'), refusals),
    ephemeralStorage: parseStorage(member(task, 'EphemeralStorageMetrics'), refusals),
    clock: parseClock(member(task, 'ClockDrift'), refusals),
    isFaultInjectionEnabled: truthOf(member(task, 'FaultInjectionEnabled'), refusals),
    errors: parseErrors(member(task, 'Errors'), refusals),
  };
}

/** Fargate on Linux only. */
function parseStorage(value: unknown, refusals: Refusals): EphemeralStorage | undefined {
  const storage = objectOf(value, refusals);
  if (storage === undefined) return undefined;
  return {
    usedMib: amountOf(member(storage, 'Utilized'), refusals),
    reservedMib: amountOf(member(storage, 'Reserved'), refusals),
  };
}

const SYNCHRONIZED: ReadonlyMap<string, boolean> = new Map([
  ['SYNCHRONIZED', true],
  ['NOT_SYNCHRONIZED', false],
]);

/** Fargate and Managed Instances. AWS' documentation calls the time ReferenceTime; the endpoint says ReferenceTimestamp. */
function parseClock(value: unknown, refusals: Refusals): ClockInfo | undefined {
  const clock = objectOf(value, refusals);
  if (clock === undefined) return undefined;
  const status = textOf(member(clock, 'ClockSynchronizationStatus'), refusals)?.toUpperCase();
  return {
    errorBoundMs: amountOf(member(clock, 'ClockErrorBound'), refusals),
    referenceNs: timeOf(member(clock, 'ReferenceTimestamp'), refusals),
    isSynchronized: status === undefined ? undefined : SYNCHRONIZED.get(status),
  };
}

function truthOf(value: unknown, refusals: Refusals): boolean | undefined {
  if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
  refusals.add('wrong_type');
  return undefined;
}

/** An entry of `Errors`: something that ECS could not find out. Such an answer has status 200 all the same. */
export interface TaskError {
  /** Which member of the document is missing for it. */
  readonly field?: string | undefined;
  readonly code: string;
}

/** How many errors the endpoint lists, by code. */
export type ErrorCounts = ReadonlyMap<string, number>;

/** The agent lists two at most today. Bounds the series; errors of further codes count as `OTHER`. */
const MAX_CODES = 16;

export function parseErrors(value: unknown, refusals: Refusals): readonly TaskError[] {
  const errors: TaskError[] = [];
  for (const item of listOf(value, refusals) ?? []) {
    const error = objectOf(item, refusals);
    if (error === undefined) continue;
    const field = textOf(member(error, 'ErrorField'), refusals);
    errors.push({ field, code: errorCodeOf(member(error, 'ErrorCode'), refusals) });
  }
  return errors;
}

export function countErrors(errors: readonly TaskError[]): ErrorCounts {
  const counts = new Map<string, number>();
  for (const { code } of errors) {
    const label = counts.has(code) || counts.size < MAX_CODES ? code : OTHER;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}

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
