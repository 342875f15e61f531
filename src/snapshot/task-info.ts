import type { Refusals } from './refusals.ts';
import type { ClockInfo, EphemeralStorage, TaskInfo } from './snapshot.ts';
import { parseErrors } from './task-errors.ts';
import { timeOf } from './time.ts';
import { amountOf, type JsonObject, member, objectOf, textOf } from './values.ts';
import { statusOf } from './words.ts';

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
