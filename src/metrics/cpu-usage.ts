import { COUNTER_GROUPS, type ContainerView, isHeld, type PreviousCpu } from '../history/view.ts';
import { hasCpuTime } from '../snapshot/cpu-stats.ts';
import { positive } from '../snapshot/json-values.ts';
import type { CpuCounters } from '../snapshot/snapshot.ts';
import { divide, increase } from './arithmetic.ts';

/** CPU time of a container between two readings of the same run, and the denominators of its rates. */
export interface CpuUsage {
  readonly usedNs: number;
  /** Wall time between the readings. Undefined if the host clock was set in the meantime. */
  readonly elapsedNs?: number | undefined;
  /** CPU time of the host in the interval, over all CPUs, busy or idle. Excludes steal. */
  readonly hostNs?: number | undefined;
  /** CPUs of the host. */
  readonly cpus?: number | undefined;
}

/** Tolerance for inexact timestamps and ticks: usage above this multiple of the capacity of all CPUs is invalid. */
const MAX_EXCESS = 1.25;

/** Undefined without a previous reading, and if the usage exceeds the capacity of all CPUs. */
export function cpuUsage(container: ContainerView): CpuUsage | undefined {
  const { previousCpu, sample } = container;
  if (previousCpu === undefined || sample?.cpu === undefined || !isCpuTimeKnown(container)) return undefined;
  const usedNs = increase(previousCpu.cpu.totalNs, sample.cpu.totalNs);
  const byTimestampNs = Number(sample.readNs - previousCpu.readNs);
  if (usedNs === undefined || byTimestampNs <= 0) return undefined;
  const hostNs = positive(increase(previousCpu.cpu.systemNs, sample.cpu.systemNs));
  const cpus = cpusOf(sample.cpu);
  const elapsedNs = elapsed(byTimestampNs, divide(hostNs, cpus), previousCpu);
  const possibleNs = Math.max((elapsedNs ?? 0) * (cpus ?? Number.POSITIVE_INFINITY), hostNs ?? 0);
  if (possibleNs > 0 && usedNs > possibleNs * MAX_EXCESS) return undefined;
  return { usedNs, elapsedNs, hostNs, cpus };
}

/** Agents refresh their samples at least this often, so a sample arrives at most this long after its timestamp. */
const RENEWAL_NS = 20e9;
/** The same for hosts that do not report their CPU time: longer than any delay of a sample. */
const MAX_PLAUSIBLE_DELAY_NS = 120e9;

/**
 * Timestamps come from the host's wall clock, which can be set. The host's CPU time divided by its CPUs is an independent
 * estimate of the elapsed time, but too low under steal, and wrong if a document reports fewer CPUs than it counts. So it
 * replaces the timestamps only if the time between the arrivals contradicts them.
 */
function elapsed(
  byTimestampNs: number,
  byHostNs: number | undefined,
  { arrivalGapMs }: PreviousCpu,
): number | undefined {
  if (arrivalGapMs === undefined) return byTimestampNs;
  const byArrivalNs = arrivalGapMs * 1e6;
  if (byHostNs === undefined) return byTimestampNs > byArrivalNs + MAX_PLAUSIBLE_DELAY_NS ? undefined : byTimestampNs;
  const isSetBack = byTimestampNs * 2 < byHostNs && byTimestampNs * 2 < byArrivalNs;
  const isSetForward = byTimestampNs > byHostNs * 2 && byTimestampNs > byArrivalNs + RENEWAL_NS;
  return isSetBack || isSetForward ? byHostNs : byTimestampNs;
}

/** Before API 1.27, Docker reports no number of CPUs, only a list of CPU times, which can be padded with zeros. */
export function cpusOf(cpu: CpuCounters): number | undefined {
  if (cpu.onlineCpus !== undefined) return cpu.onlineCpus;
  const active = cpu.perCpuNs?.filter((ns) => ns > 0).length;
  return active === 0 ? undefined : active;
}

/** CPU usage in the interval, in cores. */
export function coresOf(usage: CpuUsage | undefined): number | undefined {
  return usage?.elapsedNs === undefined ? undefined : usage.usedNs / usage.elapsedNs;
}

/**
 * `ns` of CPU time in the interval of `usage`, as a fraction of a limit, or of the host without a limit. The formula is that of
 * ecs-container-exporter 2.4.0, `d(total_usage) / d(system_cpu_usage)`. Early Fargate and Windows report no
 * system_cpu_usage; cores divided by CPUs replace it.
 */
export function usageRatio(usage: CpuUsage, ns: number, limitCores: number | undefined): number | undefined {
  const { hostNs, cpus, elapsedNs } = usage;
  const cores = elapsedNs === undefined ? undefined : ns / elapsedNs;
  if (limitCores === undefined) return hostNs === undefined ? divide(cores, cpus) : ns / hostNs;
  const used = hostNs === undefined || cpus === undefined ? cores : (ns / hostNs) * cpus;
  return divide(used, limitCores);
}

/** Whether the sample has CPU time to export. */
export function isCpuTimeKnown(container: ContainerView): boolean {
  const { sample, startTimeNs } = container;
  if (sample?.cpu === undefined || isHeld(container.groups, COUNTER_GROUPS.cpu)) return false;
  return hasCpuTime(sample.cpu, sample.readNs, startTimeNs);
}

/** `usageRatio` of the total CPU time of the interval. */
export function ratioOf(usage: CpuUsage | undefined, limitCores: number | undefined): number | undefined {
  return usage && usageRatio(usage, usage.usedNs, limitCores);
}
