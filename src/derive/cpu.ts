import type { CpuCounters } from '../snapshot/snapshot.ts';
import { growth, round4, sumOf } from './arithmetic.ts';
import { deriveCpuTime, inSeconds } from './cpu-time.ts';
import { cpuLimitCores, taskCpuCores } from './limits.ts';
import type { ContainerView, Sink, TaskView } from './view.ts';

/** How much CPU a container used between two readings of the same life, and what to hold that against. */
interface CpuUse {
  readonly usedNs: number;
  readonly elapsedNs: number;
  /** CPU time that the whole host went through meanwhile, all CPUs together, busy or idle. */
  readonly hostNs?: number | undefined;
  readonly cpus?: number | undefined;
}

function cpuUse(container: ContainerView): CpuUse | undefined {
  const { baseline, sample } = container;
  if (baseline === undefined || sample?.cpu === undefined) return undefined;
  const elapsedNs = Number(sample.readNs - baseline.readNs);
  const usedNs = growth(baseline.cpu.totalNs, sample.cpu.totalNs);
  if (usedNs === undefined || elapsedNs <= 0) return undefined;
  const hostNs = positive(growth(baseline.cpu.systemNs, sample.cpu.systemNs));
  const cpus = cpusOf(sample.cpu);
  const byHostNs = hostNs === undefined || cpus === undefined ? elapsedNs : hostNs / cpus;
  // The stamps are of the host's wall clock: where it was set back between them, its idle loop knows better.
  return { usedNs, elapsedNs: elapsedNs < byHostNs / 2 ? byHostNs : elapsedNs, hostNs, cpus };
}

/** Before docker API 1.27 nothing says how many CPUs there are but the list of their times, which may be padded with 0. */
function cpusOf(cpu: CpuCounters): number | undefined {
  if (cpu.onlineCpus !== undefined) return cpu.onlineCpus;
  const active = cpu.perCpuNs?.filter((ns) => ns > 0).length;
  return active === 0 ? undefined : active;
}

/**
 * `ns` of CPU time in the interval of `use`, as a share of a limit, or of the host where there is none.
 *
 * The host's share is the old program's, `d(total_usage) / d(system_cpu_usage)`. Early Fargate and Windows give no
 * system_cpu_usage: cores over CPUs stands in, which is the same but for the host's 10 ms ticks.
 */
function usageRatio(use: CpuUse, ns: number, limitCores: number | undefined): number | undefined {
  const { hostNs, cpus, elapsedNs } = use;
  const cores = ns / elapsedNs;
  if (limitCores === undefined) return hostNs === undefined ? divided(cores, cpus) : ns / hostNs;
  return (hostNs === undefined || cpus === undefined ? cores : (ns / hostNs) * cpus) / limitCores;
}

function divided(value: number, by: number | undefined): number | undefined {
  return by === undefined ? undefined : value / by;
}

export function deriveCpu(view: TaskView, out: Sink): void {
  const uses: CpuUse[] = [];
  let areAllStopped = true;
  for (const container of view.containers) {
    const use = cpuUse(container);
    if (use !== undefined) uses.push(use);
    if (container.sample !== undefined || container.isStale === true) areAllStopped = false;
    const limit = cpuLimitCores(container.info, view.task);
    deriveCpuTime(container, out);
    if (use === undefined) continue;
    out.container('cpu_cores', container, use.usedNs / use.elapsedNs);
    out.container('cpu_usage_ratio', container, rounded(usageRatio(use, use.usedNs, limit)));
    deriveModes(container, use, limit, out);
  }
  out.task('cpu_usage_seconds', view, inSeconds(view.totals.cpuNs));
  const limit = taskCpuCores(view.task);
  // A task whose containers have all ended uses nothing: that is a reading, unlike values that are missing.
  const none = areAllStopped ? 0 : undefined;
  out.task('cpu_cores', view, sumOf(uses.map((use) => use.usedNs / use.elapsedNs)) ?? none);
  out.task('cpu_usage_ratio', view, rounded(sumOf(uses.map((use) => usageRatio(use, use.usedNs, limit))) ?? none));
}

function deriveModes(container: ContainerView, use: CpuUse, limit: number | undefined, out: Sink): void {
  const before = container.baseline?.cpu;
  const now = container.sample?.cpu;
  if (before === undefined || now === undefined) return;
  out.container('cpu_kernelmode', container, growth(before.kernelNs, now.kernelNs));
  out.container('cpu_usermode', container, growth(before.userNs, now.userNs));
  for (const [cpu, ns] of now.perCpuNs?.entries() ?? []) {
    const used = growth(before.perCpuNs?.[cpu], ns);
    // The list is as long as the host has places for CPUs; one that never ran anything is not there.
    if (ns === 0 || used === undefined) continue;
    out.container('percpu_usage_ratio', container, rounded(usageRatio(use, used, limit)), { cpu });
  }
}

function positive(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : round4(value);
}
