import {
  amountOf,
  atMost,
  errorCodeOf,
  type InvalidValues,
  type IsWanted,
  type JsonObject,
  type Labels,
  listOf,
  member,
  OTHER,
  objectOf,
  parseLabels,
  statusOf,
  textOf,
} from './json-values.ts';
import type { ClockInfo, EphemeralStorage, TaskInfo } from './snapshot.ts';
import { timeOf } from './time.ts';

/**
 * Parses the members of `/task` that describe the task.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
 */
export function parseTaskInfo(task: JsonObject, invalidValues: InvalidValues): TaskInfo {
  const text = (key: string): string | undefined => textOf(member(task, key), invalidValues);
  const time = (key: string) => timeOf(member(task, key), invalidValues);
  const limits = objectOf(member(task, 'Limits'), invalidValues) ?? {};
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
    knownStatus: statusOf(member(task, 'KnownStatus'), invalidValues),
    desiredStatus: statusOf(member(task, 'DesiredStatus'), invalidValues),
    pullStartedNs: time('PullStartedAt'),
    pullStoppedNs: time('PullStoppedAt'),
    executionStoppedNs: time('ExecutionStoppedAt'),
    cpuCores: amountOf(member(limits, 'CPU'), invalidValues),
    memoryMib: amountOf(member(limits, 'Memory'), invalidValues),
    ephemeralStorage: parseStorage(member(task, 'EphemeralStorageMetrics'), invalidValues),
    clock: parseClock(member(task, 'ClockDrift'), invalidValues),
    isFaultInjectionEnabled: booleanOf(member(task, 'FaultInjectionEnabled'), invalidValues),
    errors: parseErrors(member(task, 'Errors'), invalidValues),
  };
}

/** Fargate on Linux only. */
function parseStorage(value: unknown, invalidValues: InvalidValues): EphemeralStorage | undefined {
  const storage = objectOf(value, invalidValues);
  if (storage === undefined) return undefined;
  return {
    usedMib: amountOf(member(storage, 'Utilized'), invalidValues),
    reservedMib: amountOf(member(storage, 'Reserved'), invalidValues),
  };
}

const SYNCHRONIZED: ReadonlyMap<string, boolean> = new Map([
  ['SYNCHRONIZED', true],
  ['NOT_SYNCHRONIZED', false],
]);

/** Fargate and Managed Instances. The endpoint reports ReferenceTimestamp; the AWS documentation calls it ReferenceTime. */
function parseClock(value: unknown, invalidValues: InvalidValues): ClockInfo | undefined {
  const clock = objectOf(value, invalidValues);
  if (clock === undefined) return undefined;
  const status = textOf(member(clock, 'ClockSynchronizationStatus'), invalidValues)?.toUpperCase();
  return {
    errorBoundMs: amountOf(member(clock, 'ClockErrorBound'), invalidValues),
    referenceNs: timeOf(member(clock, 'ReferenceTimestamp'), invalidValues),
    isSynchronized: status === undefined ? undefined : SYNCHRONIZED.get(status),
  };
}

function booleanOf(value: unknown, invalidValues: InvalidValues): boolean | undefined {
  if (value === undefined || value === null || typeof value === 'boolean') return value ?? undefined;
  invalidValues.add('wrong_type');
  return undefined;
}

/** An entry of `Errors`: a value that ECS could not determine. The response still has status 200. */
export interface TaskError {
  /** The missing member of the document. */
  readonly field?: string | undefined;
  readonly code: string;
}

/** Number of errors by code. */
export type ErrorCounts = ReadonlyMap<string, number>;

/** Bounds the series; further codes count as `OTHER`. The agent currently lists at most two errors. */
const MAX_CODES = 16;

/** The agent lists at most two. Bounds the cost of one document. */
const MAX_ERRORS = 100;

export function parseErrors(value: unknown, invalidValues: InvalidValues): readonly TaskError[] {
  const errors: TaskError[] = [];
  for (const item of atMost(MAX_ERRORS, listOf(value, invalidValues) ?? [], invalidValues)) {
    const error = objectOf(item, invalidValues);
    if (error === undefined) continue;
    const field = textOf(member(error, 'ErrorField'), invalidValues);
    errors.push({ field, code: errorCodeOf(member(error, 'ErrorCode'), invalidValues) });
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

/** Tags from `/taskWithTags`. */
export interface TaskTags {
  /** Selected tags. Undefined if the task has none of them, or if ECS could not determine them. */
  readonly tags?: Labels | undefined;
  /** Code of the error, if ECS could not determine the tags. */
  readonly problem?: string | undefined;
  /** All errors in the response, including those about the tags of the container instance. */
  readonly errors: readonly TaskError[];
}

const TASK_TAGS = 'TaskTags';
const INSTANCE_TAGS = 'ContainerInstanceTags';

/**
 * Undefined if the document is not a task. Without permission, or while ECS throttles, the response has an error instead of
 * the tags. For a task without tags it has neither.
 *
 * @see https://github.com/aws/amazon-ecs-agent/pull/2789
 */
export function parseTaskTags(
  document: unknown,
  isWanted: IsWanted,
  invalidValues: InvalidValues,
): TaskTags | undefined {
  const task = objectOf(document, invalidValues);
  if (task === undefined || !(Object.hasOwn(task, 'TaskARN') || Object.hasOwn(task, 'Containers'))) return undefined;
  const errors = parseErrors(member(task, 'Errors'), invalidValues);
  const given = objectOf(member(task, TASK_TAGS), invalidValues);
  if (given !== undefined) return { tags: parseLabels(given, isWanted, invalidValues), errors };
  return { problem: errors.find(({ field }) => field !== INSTANCE_TAGS)?.code, errors };
}

/** `arn:<partition>:ecs:<region>:<account>:task/[<cluster>/]<id>`, in every partition (aws, aws-cn, aws-us-gov, ...). */
const TASK_ARN =
  /^arn:(?<partition>[^:]+):ecs:(?<region>[^:]*):(?<account>[^:]*):task\/(?:(?<cluster>[^/]+)\/)?(?<id>[^/]+)$/;

/** Parts of a task ARN. Old ARNs have no cluster. */
export interface TaskArn {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly cluster?: string | undefined;
  /** Usually 32 hexadecimal digits, before 2018 a UUID. */
  readonly id: string;
}

/** Undefined if the text is not a task ARN. */
export function parseTaskArn(text: string | undefined): TaskArn | undefined {
  const { partition, region, account, cluster, id } = TASK_ARN.exec(text ?? '')?.groups ?? {};
  if (partition === undefined || region === undefined || account === undefined || id === undefined) return undefined;
  return { partition, region, account, cluster, id };
}
