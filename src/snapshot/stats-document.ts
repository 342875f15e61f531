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
  type CpuReading,
  TASK_TOTAL_NAME,
  type TaskMetadata,
  type TaskSnapshot,
} from './snapshot.ts';
import { timeOf } from './time.ts';
import { type JsonObject, member, objectOf } from './values.ts';

/**
 * `/task/stats` joined with the metadata by container id. Undefined where the document is no object of entries, and not
 * `null` either: that is how Go writes a map without entries.
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
  return {
    task: metadata.task,
    containers: oneByName(metadata.containers.map(read), refusals),
    internals: metadata.internals.map(read),
    unknownIds: Object.keys(entries).filter((id) => !known.has(id)),
  };
}

/**
 * One name is one series, and totals of the task have a name of their own. Of several containers with one name the one
 * with stats shows, else the one started last.
 */
function oneByName(containers: readonly ContainerSnapshot[], refusals: Refusals): readonly ContainerSnapshot[] {
  const shown = new Map<string, ContainerSnapshot>();
  for (const container of containers) {
    const { name } = container.info;
    const rival = shown.get(name);
    if (name === TASK_TOTAL_NAME) refusals.add('reserved_name');
    else shown.set(name, rival === undefined ? container : livelier(rival, container));
    if (rival !== undefined) refusals.add('duplicate_name');
  }
  return containers.map((container) => {
    return shown.get(container.info.name) === container ? container : { ...container, isNameless: true };
  });
}

function livelier(a: ContainerSnapshot, b: ContainerSnapshot): ContainerSnapshot {
  if ((a.sample === undefined) !== (b.sample === undefined)) return a.sample === undefined ? b : a;
  return (b.info.startedNs ?? 0n) > (a.info.startedNs ?? 0n) ? b : a;
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

/** A first reading comes with an empty `precpu_stats`: zero date, zero totals. */
function parseBefore(entry: JsonObject, platform: CpuPlatform, refusals: Refusals): CpuReading | undefined {
  const readNs = timeOf(member(entry, 'preread'), refusals);
  if (readNs === undefined) return undefined;
  const cpu = parseCpu(member(entry, 'precpu_stats'), platform, refusals);
  return cpu === undefined || cpu.totalNs === 0 ? undefined : { readNs, cpu };
}
