import type { CpuCounters } from '../snapshot/snapshot.ts';
import type { ContainerView, Sink } from './view.ts';

/** Counters since the container's start. */
export function deriveCpuTime(container: ContainerView, out: Sink): void {
  const cpu = container.sample?.cpu;
  if (cpu === undefined) return;
  out.container('cpu_usage_seconds', container, inSeconds(cpu.totalNs));
  deriveModes(container, cpu, out);
  deriveThrottling(container, cpu, out);
  out.container('cpu_online_cpus', container, cpu.onlineCpus);
  if (!out.wants('cpu_logical_seconds')) return;
  for (const [number, ns] of cpu.perCpuNs?.entries() ?? []) {
    // The list is as long as the host has places for CPUs; one that never ran anything is not there.
    if (ns > 0) out.container('cpu_logical_seconds', container, inSeconds(ns), { cpu: number });
  }
}

/** Both modes or none: with one of them missing, the other one would pass for the whole. */
function deriveModes(container: ContainerView, { userNs, kernelNs, totalNs }: CpuCounters, out: Sink): void {
  if (userNs === undefined || kernelNs === undefined) {
    out.container('cpu_time_without_mode', container, inSeconds(totalNs));
  } else {
    out.container('cpu_user_seconds', container, inSeconds(userNs));
    out.container('cpu_system_seconds', container, inSeconds(kernelNs));
  }
}

function deriveThrottling(container: ContainerView, cpu: CpuCounters, out: Sink): void {
  out.container('cpu_throttle_periods', container, cpu.throttlePeriods);
  out.container('cpu_throttle_throttled_periods', container, cpu.throttledPeriods);
  out.container('cpu_throttle_throttled_time', container, cpu.throttledNs);
  // 0 periods is no quota of its own (ECS puts it on the task): a 0 here would read as "not throttled".
  if (cpu.throttlePeriods === undefined || cpu.throttlePeriods === 0) return;
  out.container('throttling_periods', container, cpu.throttlePeriods);
  out.container('throttling_throttled_periods', container, cpu.throttledPeriods);
  out.container('throttling_throttled_time', container, inSeconds(cpu.throttledNs));
}

export function inSeconds(ns: number | undefined): number | undefined {
  return ns === undefined ? undefined : ns / 1e9;
}
