import { amountIn, type CgroupFile, type CgroupFiles, type KernelValues, keyedIn, limitIn } from './kernel-values.ts';

/**
 * cgroup v1: a file for nearly every number, times in nanoseconds.
 *
 * @see https://docs.kernel.org/scheduler/sched-bwc.html
 * @see https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 */
export const VERSION_1: CgroupFiles = {
  cpu: [
    {
      name: 'cpu.stat',
      parse(text, complain) {
        const stat = keyedIn(text, ['nr_periods', 'nr_throttled', 'throttled_time'], complain);
        return { periods: stat.nr_periods, throttledPeriods: stat.nr_throttled, throttledNs: stat.throttled_time };
      },
    },
    limitFile('cpu.cfs_quota_us', 'quotaUs'),
    amountFile('cpu.cfs_period_us', 'periodUs'),
  ],
  cpuacct: [amountFile('cpuacct.usage', 'cpuNs')],
  memory: [
    amountFile('memory.usage_in_bytes', 'memoryBytes'),
    amountFile('memory.max_usage_in_bytes', 'memoryPeakBytes'),
    limitFile('memory.limit_in_bytes', 'memoryLimitBytes'),
    amountFile('memory.failcnt', 'memoryLimitHits'),
  ],
};

/**
 * Kills are counted in the cgroup of the process that was killed alone, so they are read from the containers' cgroups. The
 * key came with Linux 4.13.
 */
export const VERSION_1_KILLS: CgroupFile = {
  name: 'memory.oom_control',
  parse: (text, complain) => ({ oomKills: keyedIn(text, ['under_oom', 'oom_kill'], complain).oom_kill }),
};

function amountFile(name: string, key: keyof KernelValues): CgroupFile {
  return { name, parse: (text, complain) => ({ [key]: amountIn(text.trim(), complain) }) };
}

function limitFile(name: string, key: keyof KernelValues): CgroupFile {
  return { name, parse: (text, complain) => ({ [key]: limitIn(text.trim(), complain) }) };
}
