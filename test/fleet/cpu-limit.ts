import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CpuLimit {
  /** Fraction of the scheduler's periods in which the process was throttled. */
  throttledShare(): number;
  /** Call it after the process has exited. */
  remove(): void;
}

const PERIOD_US = 100_000;

/**
 * Limits a process to a fraction of a core, as a container runtime does.
 *
 * @see https://docs.kernel.org/scheduler/sched-bwc.html
 */
export function limitCpu(pid: number, cores: number): CpuLimit {
  const group = join('/sys/fs/cgroup/cpu', `fleet-${pid}`);
  mkdirSync(group);
  writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD_US));
  writeFileSync(join(group, 'cpu.cfs_quota_us'), String(Math.round(cores * PERIOD_US)));
  // Moves all threads of the process.
  writeFileSync(join(group, 'cgroup.procs'), String(pid));
  return {
    throttledShare() {
      const stat = readFileSync(join(group, 'cpu.stat'), 'utf8');
      const count = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1]);
      return count('nr_throttled') / count('nr_periods');
    },
    remove: () => rmdirSync(group),
  };
}
