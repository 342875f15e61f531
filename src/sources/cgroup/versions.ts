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

/**
 * cgroup v2: times in microseconds; the events of a cgroup include those of the cgroups below it, also of ones that are
 * gone.
 *
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
 */
export const VERSION_2: CgroupFiles = {
  cpu: [
    {
      name: 'cpu.stat',
      parse(text, complain) {
        const stat = keyedIn(text, ['usage_usec', 'nr_periods', 'nr_throttled', 'throttled_usec'], complain);
        return {
          cpuNs: inNs(stat.usage_usec),
          periods: stat.nr_periods,
          throttledPeriods: stat.nr_throttled,
          throttledNs: inNs(stat.throttled_usec),
        };
      },
    },
    {
      name: 'cpu.max',
      parse(text, complain) {
        const [quota = '', period = ''] = text.trim().split(' ');
        return { quotaUs: limitIn(quota, complain), periodUs: amountIn(period, complain) };
      },
    },
  ],
  memory: [
    { name: 'memory.current', parse: (text, complain) => ({ memoryBytes: amountIn(text.trim(), complain) }) },
    // Since Linux 5.19.
    { name: 'memory.peak', parse: (text, complain) => ({ memoryPeakBytes: amountIn(text.trim(), complain) }) },
    { name: 'memory.max', parse: (text, complain) => ({ memoryLimitBytes: limitIn(text.trim(), complain) }) },
    {
      name: 'memory.events',
      parse(text, complain) {
        const events = keyedIn(text, ['max', 'oom_kill'], complain);
        return { memoryLimitHits: events.max, oomKills: events.oom_kill };
      },
    },
  ],
};

function inNs(microseconds: number | undefined): number | undefined {
  return microseconds === undefined ? undefined : microseconds * 1000;
}
