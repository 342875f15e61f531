import { type CpuPlatform, cpuPlatform, parseCpu } from './cpu.ts';
import { parseDisk } from './disk.ts';
import { parseMemory } from './memory.ts';
import { parseNetworks } from './network.ts';
import { parsePids } from './pids.ts';
import type { Refusals } from './refusals.ts';
import {
  type ContainerInfo,
  type ContainerSample,
  type ContainerSnapshot,
  type CpuCounters,
  type CpuReading,
  type MemoryLevels,
  TASK_TOTAL_NAME,
  type TaskMetadata,
  type TaskSnapshot,
} from './snapshot.ts';
import { timeOf } from './time.ts';
import { type JsonObject, member, objectOf } from './values.ts';

/** The metadata alone, for a poll whose `/task/stats` failed: no container has a sample. */
export function withoutStats(metadata: TaskMetadata, refusals: Refusals): TaskSnapshot {
  return snapshotOf(metadata, (info) => ({ info }), { hasStats: false, unknownIds: [] }, refusals);
}

/**
 * `/task/stats` joined with the metadata by container id. Undefined unless the document is an object of entries or
 * `null`, which is how Go encodes an empty map.
 *
 * A container without an entry, or with `null`, `{}` or docker's all-zero document, has no sample: it is stopped, or has
 * not started.
 */
export function joinStats(metadata: TaskMetadata, document: unknown, refusals: Refusals): TaskSnapshot | undefined {
  const entries = document === null ? {} : objectOf(document, refusals);
  if (entries === undefined) return undefined;
  const { launchType } = metadata.task;
  const read = (info: ContainerInfo): ContainerSnapshot => {
    const entry = objectOf(member(entries, info.id), refusals);
    return { info, sample: entry && parseSample(entry, launchType, refusals) };
  };
  const known = new Set([...metadata.containers, ...metadata.internals].map(({ id }) => id));
  const unknownIds = Object.keys(entries).filter((id) => !known.has(id));
  return snapshotOf(metadata, read, { hasStats: true, unknownIds }, refusals);
}

function snapshotOf(
  { task, containers, internals }: TaskMetadata,
  read: (info: ContainerInfo) => ContainerSnapshot,
  rest: Pick<TaskSnapshot, 'hasStats' | 'unknownIds'>,
  refusals: Refusals,
): TaskSnapshot {
  const { named, duplicateNames } = byName(containers, refusals);
  return {
    ...rest,
    task,
    containers: containers.map(read).map((container) => {
      return named.get(container.info.name) === container.info ? container : { ...container, isNameTaken: true };
    }),
    internals: internals.map(read),
    duplicateNames,
  };
}

/** The container that the ecs vocabulary exports under each name. The name of the task's totals is reserved. */
function byName(
  containers: readonly ContainerInfo[],
  refusals: Refusals,
): { readonly named: ReadonlyMap<string, ContainerInfo>; readonly duplicateNames: readonly string[] } {
  const named = new Map<string, ContainerInfo>();
  const duplicateNames = new Set<string>();
  for (const info of containers) {
    const rival = named.get(info.name);
    if (info.name === TASK_TOTAL_NAME) refusals.add('reserved_name');
    else named.set(info.name, rival === undefined ? info : preferred(rival, info));
    if (rival === undefined) continue;
    refusals.add('duplicate_name');
    duplicateNames.add(info.name);
  }
  return { named, duplicateNames: [...duplicateNames] };
}

/** The RUNNING one if only one of them is, else the newer one. */
function preferred(a: ContainerInfo, b: ContainerInfo): ContainerInfo {
  const isRunning = b.knownStatus === 'RUNNING';
  if ((a.knownStatus === 'RUNNING') !== isRunning) return isRunning ? b : a;
  return (b.createdNs ?? 0n) > (a.createdNs ?? 0n) ? b : a;
}

/** Launch types whose documents are docker's own; those of others are made by agents that nobody can look into. */
const OF_DOCKER: ReadonlySet<string | undefined> = new Set(['EC2', 'EXTERNAL']);

function parseSample(
  entry: JsonObject,
  launchType: string | undefined,
  refusals: Refusals,
): ContainerSample | undefined {
  const readNs = timeOf(member(entry, 'read'), refusals);
  if (readNs === undefined) return undefined;
  const platform = cpuPlatform(entry, launchType === 'FARGATE', refusals);
  const cpu = parseCpu(member(entry, 'cpu_stats'), platform, refusals);
  const memory = parseMemory(member(entry, 'memory_stats'), OF_DOCKER.has(launchType), refusals);
  if (isZeroReading(cpu, memory)) return undefined;
  return {
    readNs,
    cpu,
    before: parseBefore(entry, platform, refusals),
    memory,
    pids: parsePids(member(entry, 'pids_stats'), refusals),
    networks: parseNetworks(member(entry, 'networks'), refusals),
    disk: parseDisk(entry, memory?.cgroup, refusals),
  };
}

/**
 * Docker occasionally reports zeros for a running container, with a valid `read`. A running container has memory in use;
 * Windows reports its private working set instead of `usage`.
 *
 * @see https://github.com/aws/amazon-ecs-agent/issues/378
 */
function isZeroReading(cpu: CpuCounters | undefined, memory: MemoryLevels | undefined): boolean {
  return cpu?.totalNs === 0 && !memory?.usageBytes && !memory?.workingSetBytes && !memory?.commitBytes;
}

/** A first reading comes with an empty `precpu_stats`: zero date, zero totals. */
function parseBefore(entry: JsonObject, platform: CpuPlatform, refusals: Refusals): CpuReading | undefined {
  const readNs = timeOf(member(entry, 'preread'), refusals);
  if (readNs === undefined) return undefined;
  const cpu = parseCpu(member(entry, 'precpu_stats'), platform, refusals);
  return cpu === undefined || cpu.totalNs === 0 ? undefined : { readNs, cpu };
}
