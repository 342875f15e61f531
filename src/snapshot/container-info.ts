import type { ContainerInfo } from './snapshot.ts';
import { type EpochNs, timeOf } from './time.ts';
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
} from './values.ts';

/** Linux has 0 to 255, docker -1 for "unknown", and Windows codes of 32 bits without a sign. */
const MAX_EXIT_CODE = 2 ** 32;

/** What a container's entry of `/task` says, but for its network. `isWanted` names the docker labels that are kept. */
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

/** As the endpoint reports them: `startedAtNs` is StartedAt. */
type RunTimes = Pick<ContainerInfo, 'knownStatus' | 'startedAtNs' | 'finishedNs' | 'restartCount'>;

/**
 * When the container last started. On EC2 a restart by a restart policy leaves StartedAt at the first start and moves
 * FinishedAt, so a running container started after both. Unknown for a container that was restarted and has stopped.
 *
 * @see https://github.com/aws/amazon-ecs-agent/pull/4206
 */
function lastStart({ knownStatus, startedAtNs, finishedNs, restartCount = 0 }: RunTimes): EpochNs | undefined {
  if (knownStatus === 'STOPPED') return restartCount > 0 ? undefined : startedAtNs;
  if (startedAtNs === undefined || finishedNs === undefined || knownStatus !== 'RUNNING') return startedAtNs;
  return finishedNs > startedAtNs ? finishedNs : startedAtNs;
}

/** A whole number of either sign; the endpoint leaves it out as long as there is none. */
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

/** An image reference, split into the parts of OpenTelemetry's container attributes. */
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

/** Every state that ECS has for a health check. */
export const HEALTH_STATES = ['HEALTHY', 'UNHEALTHY', 'UNKNOWN'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

export interface Health {
  readonly state: HealthState;
  /** When it became so. */
  readonly sinceNs?: EpochNs | undefined;
}

/**
 * `Health` of a container. Undefined where it has no health check: ECS leaves the member out then. The agent leaves out
 * the status of a check that has not ended yet; a word that ECS does not have today tells nothing either.
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
