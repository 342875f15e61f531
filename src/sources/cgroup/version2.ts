import { amountIn, type CgroupFiles, keyedIn, limitIn } from './kernel-values.ts';

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
