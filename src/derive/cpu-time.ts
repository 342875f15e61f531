import { hasCpuTime } from '../snapshot/cpu.ts';
import type { CpuCounters } from '../snapshot/snapshot.ts';
import { COUNTER_GROUPS, type ContainerView, isHeld, type Sink, since } from './view.ts';

/** Counters since the container's start. */
export function deriveCpuTime(container: ContainerView, out: Sink): void {
  const cpu = container.sample?.cpu;
  if (cpu === undefined) return;
  if (isCpuTimeKnown(container)) {
    out.container('cpu_usage_seconds', container, () => inSeconds(cpu.totalNs));
    deriveModes(container, cpu, out);
  }
  deriveThrottling(container, cpu, out);
  out.container('cpu_online_cpus', container, () => cpu.onlineCpus);
  if (!out.wants('cpu_logical_seconds')) return;
  for (const [number, ns] of cpu.perCpuNs?.entries() ?? []) {
    // The list has an entry for each possible CPU; 0 is a CPU that is not present or was never used.
    if (ns === 0) continue;
    const start = since(container, COUNTER_GROUPS.perCpu, `${number}`);
    out.container('cpu_logical_seconds', container, () => inSeconds(ns), { cpu: number }, start);
  }
}

/** Whether the sample has a CPU time to export. */
export function isCpuTimeKnown(container: ContainerView): boolean {
  const { sample, countedFromNs } = container;
  if (sample?.cpu === undefined || isHeld(container.groups, COUNTER_GROUPS.cpu)) return false;
  return hasCpuTime(sample.cpu, sample.readNs, countedFromNs);
}

/** Both modes or none: a single mode would look like the total. */
function deriveModes(container: ContainerView, { userNs, kernelNs, totalNs }: CpuCounters, out: Sink): void {
  const start = (mode: 'userNs' | 'kernelNs') => since(container, COUNTER_GROUPS.modes, mode);
  if (userNs !== undefined && kernelNs !== undefined) {
    out.container('cpu_user_seconds', container, () => inSeconds(userNs), undefined, start('userNs'));
    out.container('cpu_system_seconds', container, () => inSeconds(kernelNs), undefined, start('kernelNs'));
  } else if (!isHeld(container.groups, COUNTER_GROUPS.modes)) {
    out.container('cpu_time_without_mode', container, () => inSeconds(totalNs));
  }
}

function deriveThrottling(container: ContainerView, cpu: CpuCounters, out: Sink): void {
  const { throttlePeriods, throttledPeriods, throttledNs } = cpu;
  out.container('cpu_throttle_periods', container, () => throttlePeriods);
  out.container('cpu_throttle_throttled_periods', container, () => throttledPeriods);
  out.container('cpu_throttle_throttled_time', container, () => throttledNs);
  // 0 periods is no quota of its own (ECS puts it on the task): a 0 here would read as "not throttled".
  if (throttlePeriods === undefined || throttlePeriods === 0 || isHeld(container.groups, COUNTER_GROUPS.throttling))
    return;
  const start = (counter: string) => since(container, COUNTER_GROUPS.throttling, counter);
  out.container('throttling_periods', container, () => throttlePeriods, undefined, start('throttlePeriods'));
  out.container(
    'throttling_throttled_periods',
    container,
    () => throttledPeriods,
    undefined,
    start('throttledPeriods'),
  );
  out.container('throttling_throttled_time', container, () => inSeconds(throttledNs), undefined, start('throttledNs'));
}

export function inSeconds(ns: number | undefined): number | undefined {
  return ns === undefined ? undefined : ns / 1e9;
}
