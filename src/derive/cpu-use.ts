import type { CpuCounters } from '../snapshot/snapshot.ts';
import { growth } from './arithmetic.ts';
import { isCpuTimeKnown } from './cpu-time.ts';
import type { ContainerView, CpuBaseline } from './view.ts';

/** How much CPU a container used between two readings of the same run, and what to hold that against. */
export interface CpuUse {
  readonly usedNs: number;
  /** Wall time between the readings. Undefined if the host's clock was set meanwhile. */
  readonly elapsedNs?: number | undefined;
  /** CPU time of the whole host meanwhile, over all CPUs, busy or idle. It leaves out steal. */
  readonly hostNs?: number | undefined;
  /** CPUs of the host. */
  readonly cpus?: number | undefined;
}

/** Stamps and ticks are not exact: more than this above what all CPUs can do is a reading of something else. */
const MAX_EXCESS = 1.25;

/** Undefined if there is nothing to compare with, or if all CPUs together cannot have done that much. */
export function cpuUse(container: ContainerView): CpuUse | undefined {
  const { baseline, sample } = container;
  if (baseline === undefined || sample?.cpu === undefined || !isCpuTimeKnown(container)) return undefined;
  const usedNs = growth(baseline.cpu.totalNs, sample.cpu.totalNs);
  const byStampNs = Number(sample.readNs - baseline.readNs);
  if (usedNs === undefined || byStampNs <= 0) return undefined;
  const hostNs = positive(growth(baseline.cpu.systemNs, sample.cpu.systemNs));
  const cpus = cpusOf(sample.cpu);
  const elapsedNs = elapsed(byStampNs, divided(hostNs, cpus), baseline);
  const possibleNs = Math.max((elapsedNs ?? 0) * (cpus ?? Number.POSITIVE_INFINITY), hostNs ?? 0);
  if (possibleNs > 0 && usedNs > possibleNs * MAX_EXCESS) return undefined;
  return { usedNs, elapsedNs, hostNs, cpus };
}

/** Agents renew their samples at least this often, so a stamp differs from its arrival by no more. */
const RENEWAL_NS = 20e9;
/** Without a second opinion on the elapsed time, only a difference that no late sample explains counts. */
const UNLIKELY_NS = 120e9;

/**
 * The stamps are of the host's wall clock, which can be set. The host's CPU time divided by its CPUs is a second opinion,
 * but too low under steal, and wrong if a document names fewer CPUs than it counts. So it stands in for the stamps only if
 * the time between the arrivals says that they are wrong.
 */
function elapsed(
  byStampNs: number,
  byHostNs: number | undefined,
  { arrivedMsBefore }: CpuBaseline,
): number | undefined {
  if (arrivedMsBefore === undefined) return byStampNs;
  const byArrivalNs = arrivedMsBefore * 1e6;
  if (byHostNs === undefined) return byStampNs > byArrivalNs + UNLIKELY_NS ? undefined : byStampNs;
  const isSetBack = byStampNs * 2 < byHostNs && byStampNs * 2 < byArrivalNs;
  const isSetForward = byStampNs > byHostNs * 2 && byStampNs > byArrivalNs + RENEWAL_NS;
  return isSetBack || isSetForward ? byHostNs : byStampNs;
}

/** Docker before API 1.27 reports no number of CPUs, only a list of their times, which may be padded with 0. */
export function cpusOf(cpu: CpuCounters): number | undefined {
  if (cpu.onlineCpus !== undefined) return cpu.onlineCpus;
  const active = cpu.perCpuNs?.filter((ns) => ns > 0).length;
  return active === 0 ? undefined : active;
}

/** CPU used in the interval, in cores. */
export function coresOf(use: CpuUse | undefined): number | undefined {
  return use?.elapsedNs === undefined ? undefined : use.usedNs / use.elapsedNs;
}

/**
 * `ns` of CPU time in the interval of `use`, as a fraction of a limit, or of the host where there is none: the formula of
 * ecs-container-exporter 2.4.0, `d(total_usage) / d(system_cpu_usage)`. Early Fargate and Windows report no
 * system_cpu_usage: cores over CPUs stands in.
 */
export function usageRatio(use: CpuUse, ns: number, limitCores: number | undefined): number | undefined {
  const { hostNs, cpus, elapsedNs } = use;
  const cores = elapsedNs === undefined ? undefined : ns / elapsedNs;
  if (limitCores === undefined) return hostNs === undefined ? divided(cores, cpus) : ns / hostNs;
  const used = hostNs === undefined || cpus === undefined ? cores : (ns / hostNs) * cpus;
  return divided(used, limitCores);
}

export function divided(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined || by === 0 ? undefined : value / by;
}

function positive(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}
