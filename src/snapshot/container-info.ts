import {
  amountOf,
  type InvalidValues,
  type IsWanted,
  type JsonObject,
  member,
  objectOf,
  parseLabels,
  statusOf,
  textOf,
} from './json-values.ts';
import type { ContainerInfo } from './snapshot.ts';
import { type EpochNs, timeOf } from './time.ts';

/** Linux: 0 to 255. Docker: -1 if unknown. Windows: unsigned 32-bit codes. */
const MAX_EXIT_CODE = 2 ** 32;

/** Parses an entry of `Containers`, except for its network. `isWanted` selects Docker labels. */
export function parseContainerInfo(
  container: JsonObject,
  { id, name }: Pick<ContainerInfo, 'id' | 'name'>,
  isWanted: IsWanted | undefined,
  invalidValues: InvalidValues,
): Omit<ContainerInfo, 'networkNamespace' | 'sharesNetworkNamespace'> {
  const text = (key: string): string | undefined => textOf(member(container, key), invalidValues);
  const limits = objectOf(member(container, 'Limits'), invalidValues) ?? {};
  const createdNs = timeOf(member(container, 'CreatedAt'), invalidValues);
  const knownStatus = statusOf(member(container, 'KnownStatus'), invalidValues);
  const times: RunTimes = {
    knownStatus,
    startedAtNs: timeOf(member(container, 'StartedAt'), invalidValues),
    finishedNs: timeOf(member(container, 'FinishedAt'), invalidValues),
    restartCount: amountOf(member(container, 'RestartCount'), invalidValues),
  };
  const startedAtNs = lastStart(times);
  return {
    id,
    name,
    image: text('Image'),
    imageId: text('ImageID'),
    arn: text('ContainerARN'),
    dockerName: text('DockerName'),
    snapshotter: text('Snapshotter'),
    knownStatus,
    desiredStatus: statusOf(member(container, 'DesiredStatus'), invalidValues),
    health: parseHealth(member(container, 'Health'), invalidValues),
    exitCode: exitCodeOf(member(container, 'ExitCode'), invalidValues),
    createdNs,
    startedAtNs,
    runStartNs: startedAtNs ?? (times.startedAtNs === undefined ? createdNs : undefined),
    firstRunStartNs: times.startedAtNs ?? createdNs,
    finishedNs: times.finishedNs,
    restartCount: times.restartCount,
    cpuUnits: amountOf(member(limits, 'CPU'), invalidValues),
    memoryMib: amountOf(member(limits, 'Memory'), invalidValues),
    labels: isWanted && parseLabels(member(container, 'Labels'), isWanted, invalidValues),
  };
}

/** As reported: `startedAtNs` is StartedAt. */
type RunTimes = Pick<ContainerInfo, 'knownStatus' | 'startedAtNs' | 'finishedNs' | 'restartCount'>;

/**
 * Start of the last run. On EC2, a restart by a restart policy changes FinishedAt but not StartedAt, so a running container
 * started after both. Unknown for a container that was restarted and has stopped.
 *
 * @see https://github.com/aws/amazon-ecs-agent/pull/4206
 */
function lastStart({ knownStatus, startedAtNs, finishedNs, restartCount = 0 }: RunTimes): EpochNs | undefined {
  if (knownStatus === 'STOPPED') return restartCount > 0 ? undefined : startedAtNs;
  if (startedAtNs === undefined || finishedNs === undefined || knownStatus !== 'RUNNING') return startedAtNs;
  return finishedNs > startedAtNs ? finishedNs : startedAtNs;
}

/** An integer, possibly negative. Omitted while the container has not exited. */
function exitCodeOf(value: unknown, invalidValues: InvalidValues): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    invalidValues.add('wrong_type');
    return undefined;
  }
  if (Math.abs(value) < MAX_EXIT_CODE) return value;
  invalidValues.add('out_of_range');
  return undefined;
}

/** An image reference, in the parts of OpenTelemetry's container attributes. */
export interface ImageReference {
  /** Registry and repository. */
  readonly name: string;
  readonly tag?: string | undefined;
}

/**
 * Splits `registry:port/repository:tag@digest`. The colon of a tag comes after the last slash.
 *
 * @see https://pkg.go.dev/github.com/distribution/reference
 */
export function splitImage(image: string): ImageReference {
  const [reference = image] = image.split('@', 1);
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1);
  if (colon === -1) return { name: reference };
  const tag = reference.slice(colon + 1);
  return { name: reference.slice(0, colon), tag: tag === '' ? undefined : tag };
}

/** Health statuses of ECS. */
export const HEALTH_STATES = ['HEALTHY', 'UNHEALTHY', 'UNKNOWN'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

export interface Health {
  readonly state: HealthState;
  /** Time of the last status change. */
  readonly sinceNs?: EpochNs | undefined;
}

/**
 * Parses `Health`, which ECS omits for a container without a health check. The status is UNKNOWN if it is missing (the agent
 * omits it until the first check has ended) or not a known one.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
export function parseHealth(value: unknown, invalidValues: InvalidValues): Health | undefined {
  const health = objectOf(value, invalidValues);
  if (health === undefined) return undefined;
  const status = textOf(member(health, 'status'), invalidValues)?.toUpperCase();
  return {
    state: HEALTH_STATES.find((state) => state === status) ?? 'UNKNOWN',
    sinceNs: timeOf(member(health, 'statusSince'), invalidValues),
  };
}
