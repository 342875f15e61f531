import { parseHealth } from './health.ts';
import { type IsWanted, parseLabels } from './labels.ts';
import type { Refusals } from './refusals.ts';
import type { ContainerInfo } from './snapshot.ts';
import { timeOf } from './time.ts';
import { amountOf, type JsonObject, member, objectOf, textOf } from './values.ts';
import { statusOf } from './words.ts';

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
  const startedAtNs = timeOf(member(container, 'StartedAt'), refusals);
  const createdNs = timeOf(member(container, 'CreatedAt'), refusals);
  return {
    id,
    name,
    image: text('Image'),
    imageId: text('ImageID'),
    arn: text('ContainerARN'),
    dockerName: text('DockerName'),
    snapshotter: text('Snapshotter'),
    knownStatus: statusOf(member(container, 'KnownStatus'), refusals),
    desiredStatus: statusOf(member(container, 'DesiredStatus'), refusals),
    health: parseHealth(member(container, 'Health'), refusals),
    exitCode: exitCodeOf(member(container, 'ExitCode'), refusals),
    createdNs,
    startedAtNs,
    startedNs: startedAtNs ?? createdNs,
    finishedNs: timeOf(member(container, 'FinishedAt'), refusals),
    restartCount: amountOf(member(container, 'RestartCount'), refusals),
    cpuUnits: amountOf(member(limits, 'CPU'), refusals),
    memoryMib: amountOf(member(limits, 'Memory'), refusals),
    labels: isWanted && parseLabels(member(container, 'Labels'), isWanted, refusals),
  };
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
