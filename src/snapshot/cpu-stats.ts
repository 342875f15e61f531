import {
  amountOf,
  cpuTimeOf,
  type InvalidValues,
  type JsonObject,
  listOf,
  member,
  objectOf,
  positive,
} from './json-values.ts';
import type { EpochNs } from './time.ts';

/** CPU counters since the container started. */
export interface CpuCounters {
  readonly totalNs: number;
  readonly kernelNs?: number | undefined;
  readonly userNs?: number | undefined;
  /** cgroup v1 only. Can be padded with zeros beyond the number of CPUs. */
  readonly perCpuNs?: readonly number[] | undefined;
  /** CPU time of the host (on Fargate: of the micro VM), over all CPUs. */
  readonly systemNs?: number | undefined;
  /** Number of online CPUs of the host. */
  readonly onlineCpus?: number | undefined;
  readonly throttledPeriods?: number | undefined;
  readonly throttlePeriods?: number | undefined;
  readonly throttledNs?: number | undefined;
}

/** More than any ECS host has. */
const MAX_CPUS = 1024;

/** Windows counts CPU time in ticks of 100 ns. */
const WINDOWS_TICK_NS = 100;

/**
 * CPU modes are counted in ticks of 10 ms, so 0 in both is plausible only below this total. Docker does not report modes
 * for Hyper-V containers, and the encoder of the agent writes 0.
 */
const MIN_TOTAL_WITH_MODES_NS = 100_000_000;

/** Platform properties for parsing CPU counters. */
export interface CpuPlatform {
  /** Nanoseconds per unit of `total_usage`. */
  readonly tickNs: number;
  /** CPUs of a Windows host, which has no `online_cpus`. */
  readonly processors?: number | undefined;
  /** Limit for the length of `percpu_usage`. @default 1024 */
  readonly maxPerCpu?: number | undefined;
}

/**
 * Only Windows reports `num_procs` above 0. Docker counts in ticks of 100 ns there; the only published recording of Fargate
 * on Windows has nanoseconds.
 *
 * @see https://github.com/moby/moby/blob/master/daemon/stats_windows.go
 */
export function cpuPlatform(stats: JsonObject, isFargate: boolean, invalidValues: InvalidValues): CpuPlatform {
  const processors = positive(amountOf(member(stats, 'num_procs'), invalidValues));
  return { tickNs: processors === undefined || isFargate ? 1 : WINDOWS_TICK_NS, processors };
}

/**
 * Parses `cpu_stats` or `precpu_stats`. Undefined without a total, since the other values depend on it.
 *
 * @see https://github.com/moby/moby/blob/master/api/types/container/stats.go
 */
export function parseCpu(value: unknown, platform: CpuPlatform, invalidValues: InvalidValues): CpuCounters | undefined {
  const stats = objectOf(value, invalidValues);
  const usage = stats && objectOf(member(stats, 'cpu_usage'), invalidValues);
  if (stats === undefined || usage === undefined) return undefined;
  const nanoseconds = (key: string): number | undefined => {
    const time = cpuTimeOf(member(usage, key), invalidValues);
    return time === undefined ? undefined : time * platform.tickNs;
  };
  const totalNs = nanoseconds('total_usage');
  if (totalNs === undefined) return undefined;
  const userNs = nanoseconds('usage_in_usermode');
  const kernelNs = nanoseconds('usage_in_kernelmode');
  const hasModes = !(userNs === 0 && kernelNs === 0 && totalNs >= MIN_TOTAL_WITH_MODES_NS);
  const throttling = objectOf(member(stats, 'throttling_data'), invalidValues) ?? {};
  return {
    totalNs,
    kernelNs: hasModes ? kernelNs : undefined,
    userNs: hasModes ? userNs : undefined,
    perCpuNs: parsePerCpu(member(usage, 'percpu_usage'), platform.maxPerCpu ?? MAX_CPUS, invalidValues),
    systemNs: cpuTimeOf(member(stats, 'system_cpu_usage'), invalidValues),
    onlineCpus: positive(amountOf(member(stats, 'online_cpus'), invalidValues)) ?? platform.processors,
    throttlePeriods: amountOf(member(throttling, 'periods'), invalidValues),
    throttledPeriods: amountOf(member(throttling, 'throttled_periods'), invalidValues),
    throttledNs: amountOf(member(throttling, 'throttled_time'), invalidValues),
  };
}

const NEW_RUN_NS = 1_000_000_000n;

/** A running container uses CPU time, so 0 is a missing value unless the container has just started. */
export function hasCpuTime({ totalNs }: CpuCounters, readNs: EpochNs, runStartNs: EpochNs | undefined): boolean {
  return totalNs > 0 || (runStartNs !== undefined && readNs - runStartNs <= NEW_RUN_NS);
}

/** Indexes are CPU numbers, so one invalid entry invalidates the list. */
function parsePerCpu(value: unknown, limit: number, invalidValues: InvalidValues): readonly number[] | undefined {
  const list = listOf(value, invalidValues);
  if (list === undefined || list.length === 0) return undefined;
  if (list.length > Math.min(MAX_CPUS, limit)) {
    invalidValues.add('too_many');
    return undefined;
  }
  const perCpu: number[] = [];
  for (const item of list) {
    const ns = cpuTimeOf(item, invalidValues);
    if (ns === undefined) return undefined;
    perCpu.push(ns);
  }
  return perCpu;
}
