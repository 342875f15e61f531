import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time of all threads of a process so far, in milliseconds, from the scheduler: `/proc/<pid>/stat` counts in steps
 * of 10 ms, longer than a scrape takes. Ended threads are not included; Node.js's live as long as the process.
 *
 * @see https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
 */
export function cpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const ns = readdirSync(tasks).map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]));
  return ns.reduce((sum, each) => sum + each, 0) / 1e6;
}

/** Linux reports CPU times in these ticks (`getconf CLK_TCK`). */
const TICK_MS = 10;

/**
 * The same including ended threads, in steps of 10 ms: for programs that start a thread per request.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html utime and stime, the 14th and 15th field
 */
export function coarseCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, the name, may contain blanks and ends at the last bracket.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) * TICK_MS;
}

export interface Memory {
  /** Resident memory in MB. */
  readonly rssMb: number;
  /** Its private part; the rest is mostly the Node.js binary. */
  readonly anonMb: number;
}

export function memory(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (field: string) => {
    const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return (Number(kib ?? Number.NaN) * 1_024) / 1e6;
  };
  return { rssMb: megabytes('VmRSS'), anonMb: megabytes('RssAnon') };
}

/** The number of open file descriptors. */
export function descriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
