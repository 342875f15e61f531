import { type CpuPlatform, cpuPlatform, parseCpu } from './cpu-stats.ts';
import { parseDisk } from './disk-stats.ts';
import { amountOf, type InvalidValues, type JsonObject, limitOf, member, objectOf } from './json-values.ts';
import { parseMemory } from './memory-stats.ts';
import { parseNetworks } from './network-stats.ts';
import {
  type ContainerInfo,
  type ContainerSample,
  type ContainerSnapshot,
  type CpuCounters,
  type CpuReading,
  type MemoryStats,
  TASK_TOTAL_NAME,
  type TaskMetadata,
  type TaskSnapshot,
} from './snapshot.ts';
import { timeOf } from './time.ts';

/** A snapshot without samples, for a poll whose `/task/stats` failed. */
export function withoutStats(metadata: TaskMetadata, invalidValues: InvalidValues): TaskSnapshot {
  return snapshotOf(metadata, (info) => ({ info }), { hasStats: false, unknownIds: [] }, invalidValues);
}

/**
 * Joins `/task/stats` with the metadata by container id. Undefined unless the document is an object or `null`, Go's encoding
 * of an empty map.
 *
 * A container without an entry, or with `null`, `{}` or an all-zero entry, has no sample: it has stopped or not started.
 */
export function joinStats(
  metadata: TaskMetadata,
  document: unknown,
  invalidValues: InvalidValues,
): TaskSnapshot | undefined {
  const entries = document === null ? {} : objectOf(document, invalidValues);
  if (entries === undefined) return undefined;
  const { launchType } = metadata.task;
  let maxPerCpu = MAX_PER_CPU;
  const read = (info: ContainerInfo): ContainerSnapshot => {
    const entry = objectOf(member(entries, info.id), invalidValues);
    const sample = entry && parseSample(entry, launchType, maxPerCpu, invalidValues);
    maxPerCpu -= sample?.cpu?.perCpuNs?.length ?? 0;
    return { info, sample };
  };
  const known = new Set([...metadata.containers, ...metadata.internalContainers].map(({ id }) => id));
  const unknownIds = Object.keys(entries).filter((id) => !known.has(id));
  return snapshotOf(metadata, read, { hasStats: true, unknownIds }, invalidValues);
}

function snapshotOf(
  { task, containers, internalContainers, isTruncated }: TaskMetadata,
  read: (info: ContainerInfo) => ContainerSnapshot,
  rest: Pick<TaskSnapshot, 'hasStats' | 'unknownIds'>,
  invalidValues: InvalidValues,
): TaskSnapshot {
  const { named, duplicateNames } = byName(containers, invalidValues);
  return {
    ...rest,
    task,
    containers: containers.map(read).map((container) => {
      return named.get(container.info.name) === container.info ? container : { ...container, isNameTaken: true };
    }),
    internalContainers: internalContainers.map(read),
    duplicateNames,
    isTruncated,
  };
}

/** The container that the ecs vocabulary exports under each name. The name of the task's totals is reserved. */
function byName(
  containers: readonly ContainerInfo[],
  invalidValues: InvalidValues,
): { readonly named: ReadonlyMap<string, ContainerInfo>; readonly duplicateNames: readonly string[] } {
  const named = new Map<string, ContainerInfo>();
  const duplicateNames = new Set<string>();
  for (const info of containers) {
    const other = named.get(info.name);
    if (info.name === TASK_TOTAL_NAME) invalidValues.add('reserved_name');
    else named.set(info.name, other === undefined ? info : preferred(other, info));
    if (other === undefined) continue;
    invalidValues.add('duplicate_name');
    duplicateNames.add(info.name);
  }
  return { named, duplicateNames: [...duplicateNames] };
}

/** The RUNNING container if only one is running, otherwise the newer one. */
function preferred(a: ContainerInfo, b: ContainerInfo): ContainerInfo {
  const isRunning = b.knownStatus === 'RUNNING';
  if ((a.knownStatus === 'RUNNING') !== isRunning) return isRunning ? b : a;
  return (b.createdNs ?? 0n) > (a.createdNs ?? 0n) ? b : a;
}

/**
 * Ten containers, and two internal ones of ECS (pause, Service Connect), on a host with 448 CPUs. Bounds the number of series,
 * and thus how long they block the event loop.
 */
const MAX_PER_CPU = 12 * 448;

/** Launch types whose stats come straight from Docker. The other agents are closed source. */
const FROM_DOCKER: ReadonlySet<string | undefined> = new Set(['EC2', 'EXTERNAL']);

function parseSample(
  entry: JsonObject,
  launchType: string | undefined,
  maxPerCpu: number,
  invalidValues: InvalidValues,
): ContainerSample | undefined {
  const readNs = timeOf(member(entry, 'read'), invalidValues);
  if (readNs === undefined) return undefined;
  const platform = { ...cpuPlatform(entry, launchType === 'FARGATE', invalidValues), maxPerCpu };
  const cpu = parseCpu(member(entry, 'cpu_stats'), platform, invalidValues);
  const memory = parseMemory(member(entry, 'memory_stats'), FROM_DOCKER.has(launchType), invalidValues);
  if (isZeroReading(cpu, memory)) return undefined;
  return {
    readNs,
    cpu,
    precpu: parsePrecpu(entry, platform, invalidValues),
    memory,
    pids: parsePids(member(entry, 'pids_stats'), invalidValues),
    networks: parseNetworks(member(entry, 'networks'), invalidValues),
    disk: parseDisk(entry, memory?.cgroup, invalidValues),
  };
}

/**
 * Docker occasionally reports zeros for a running container, with a valid `read`. A running container uses memory; Windows
 * reports the private working set instead of `usage`.
 *
 * @see https://github.com/aws/amazon-ecs-agent/issues/378
 */
function isZeroReading(cpu: CpuCounters | undefined, memory: MemoryStats | undefined): boolean {
  return cpu?.totalNs === 0 && !memory?.usageBytes && !memory?.workingSetBytes && !memory?.commitBytes;
}

/** The first reading has an empty `precpu_stats`, with a zero date and zero totals. */
function parsePrecpu(entry: JsonObject, platform: CpuPlatform, invalidValues: InvalidValues): CpuReading | undefined {
  const readNs = timeOf(member(entry, 'preread'), invalidValues);
  if (readNs === undefined) return undefined;
  const cpu = parseCpu(member(entry, 'precpu_stats'), platform, invalidValues);
  return cpu === undefined || cpu.totalNs === 0 ? undefined : { readNs, cpu };
}

/** Processes and threads, as counted by the pids controller of the kernel. */
export interface PidStats {
  readonly current?: number | undefined;
  /** Absent if unlimited. */
  readonly limit?: number | undefined;
}

/**
 * Parses `pids_stats`, which is empty on Fargate, Managed Instances and Windows. "max" is missing or 0 on cgroup v1, and
 * 2^64 - 1 on v2.
 *
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html#pid
 */
export function parsePids(value: unknown, invalidValues: InvalidValues): PidStats | undefined {
  const stats = objectOf(value, invalidValues);
  if (stats === undefined) return undefined;
  const current = amountOf(member(stats, 'current'), invalidValues);
  const limit = limitOf(member(stats, 'limit'), invalidValues);
  if (current === undefined && limit === undefined) return undefined;
  return { current, limit: limit === 0 ? undefined : limit };
}
