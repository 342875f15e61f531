import { TASK_TOTAL_NAME } from '../catalogue/vocabulary.ts';
import { parseCpu, tickLength } from './cpu.ts';
import { parseDisk } from './disk.ts';
import { parseMemory } from './memory.ts';
import { parseNetworks } from './network.ts';
import type { Refusals } from './refusals.ts';
import type { ContainerSample, ContainerSnapshot, CpuReading, TaskMetadata, TaskSnapshot } from './snapshot.ts';
import { timeOf } from './time.ts';
import { type JsonObject, member, objectOf } from './values.ts';

/**
 * `/task/stats` joined with the metadata by container id. Undefined where the document is no object of entries.
 *
 * A container without an entry, or with `null`, `{}` or docker's all-zero document, has no sample: it is stopped, or has
 * not started.
 */
export function joinStats(metadata: TaskMetadata, document: unknown, refusals: Refusals): TaskSnapshot | undefined {
  const entries = objectOf(document, refusals);
  if (entries === undefined) return undefined;
  const isFargate = metadata.task.launchType === 'FARGATE';
  const known = new Set<string>();
  const byName = new Map<string, ContainerSnapshot>();
  for (const info of metadata.containers) {
    known.add(info.id);
    const entry = objectOf(member(entries, info.id), refusals);
    const candidate = { info, sample: entry && parseSample(entry, isFargate, refusals) };
    if (info.name === TASK_TOTAL_NAME) {
      refusals.add('reserved_name');
      continue;
    }
    const rival = byName.get(info.name);
    if (rival !== undefined) refusals.add('duplicate_name');
    byName.set(info.name, rival === undefined ? candidate : livelier(rival, candidate));
  }
  const unknownIds = Object.keys(entries).filter((id) => !known.has(id) && !metadata.ignoredIds.has(id));
  return { task: metadata.task, containers: [...byName.values()], unknownIds };
}

/** One name is one series: of two containers that carry it, the one with stats counts, else the one started last. */
function livelier(a: ContainerSnapshot, b: ContainerSnapshot): ContainerSnapshot {
  if ((a.sample === undefined) !== (b.sample === undefined)) return a.sample === undefined ? b : a;
  return (b.info.startedNs ?? 0n) > (a.info.startedNs ?? 0n) ? b : a;
}

function parseSample(entry: JsonObject, isFargate: boolean, refusals: Refusals): ContainerSample | undefined {
  const readNs = timeOf(member(entry, 'read'), refusals);
  if (readNs === undefined) return undefined;
  const tickNs = tickLength(entry, isFargate);
  const cpu = parseCpu(member(entry, 'cpu_stats'), tickNs, refusals);
  const memory = parseMemory(member(entry, 'memory_stats'), refusals);
  return {
    readNs,
    cpu,
    before: parseBefore(entry, tickNs, refusals),
    memory,
    networks: parseNetworks(member(entry, 'networks'), refusals),
    disk: parseDisk(entry, memory?.cgroup, refusals),
  };
}

/** A first reading comes with an empty `precpu_stats`: zero date, zero totals. */
function parseBefore(entry: JsonObject, tickNs: number, refusals: Refusals): CpuReading | undefined {
  const readNs = timeOf(member(entry, 'preread'), refusals);
  if (readNs === undefined) return undefined;
  const cpu = parseCpu(member(entry, 'precpu_stats'), tickNs, refusals);
  return cpu === undefined || cpu.totalNs === 0 ? undefined : { readNs, cpu };
}
