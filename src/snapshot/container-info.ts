import { parseHealth } from './health.ts';
import { type IsWanted, parseLabels } from './labels.ts';
import type { Refusals } from './refusals.ts';
import type { ContainerInfo } from './snapshot.ts';
import { type EpochNs, timeOf } from './time.ts';
import { amountOf, type JsonObject, member, objectOf, statusOf, textOf } from './values.ts';

/** Linux has 0 to 255, docker -1 for "unknown", and Windows codes of 32 bits without a sign. */
const MAX_EXIT_CODE = 2 ** 32;

/** What a container's entry of `/task` says, but for its network. `isWanted` names the docker labels that are kept. */
export function parseContainerInfo(
  container: JsonObject,
  { id, name }: Pick<ContainerInfo, 'id' | 'name'>,
  isWanted: IsWanted | undefined,
  refusals: Refusals,
): Omit<ContainerInfo, 'sandbox' | 'sharesSandbox'> {
  const text = (key: string): string | undefined => textOf(member(container, key), refusals);
  const limits = objectOf(member(container, 'Limits'), refusals) ?? {};
  const createdNs = timeOf(member(container, 'CreatedAt'), refusals);
  const knownStatus = statusOf(member(container, 'KnownStatus'), refusals);
  const times: RunTimes = {
    knownStatus,
    startedAtNs: timeOf(member(container, 'StartedAt'), refusals),
    finishedNs: timeOf(member(container, 'FinishedAt'), refusals),
    restartCount: amountOf(member(container, 'RestartCount'), refusals),
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
    desiredStatus: statusOf(member(container, 'DesiredStatus'), refusals),
    health: parseHealth(member(container, 'Health'), refusals),
    exitCode: exitCodeOf(member(container, 'ExitCode'), refusals),
    createdNs,
    startedAtNs,
    startedNs: startedAtNs ?? (times.startedAtNs === undefined ? createdNs : undefined),
    firstStartedNs: times.startedAtNs ?? createdNs,
    finishedNs: times.finishedNs,
    restartCount: times.restartCount,
    cpuUnits: amountOf(member(limits, 'CPU'), refusals),
    memoryMib: amountOf(member(limits, 'Memory'), refusals),
    labels: isWanted && parseLabels(member(container, 'Labels'), isWanted, refusals),
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
function exitCodeOf(value: unknown, refusals: Refusals): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    refusals.add('wrong_type');
    return undefined;
  }
  if (Math.abs(value) < MAX_EXIT_CODE) return value;
  refusals.add('out_of_range');
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
