import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time of all threads of a process so far, in milliseconds. The scheduler's own account: `/proc/<pid>/stat` counts in
 * steps of 10 ms, longer than a scrape takes. Threads that have ended are not in it; Node's last as long as the process.
 *
 * @see https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
 */
export function cpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const ns = readdirSync(tasks).map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]));
  return ns.reduce((sum, each) => sum + each, 0) / 1e6;
}

/** Linux counts in these for programs, whatever it does inside (`getconf CLK_TCK`). */
const TICK_MS = 10;

/**
 * The same in steps of 10 ms, but with threads that have ended: for programs that start one for each request.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html utime and stime, the 14th and 15th field
 */
export function coarseCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, the name, may have blanks; it ends at the last bracket.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) * TICK_MS;
}

export interface Memory {
  /** All resident memory, in MB: what a task's memory limit is compared with. */
  readonly rssMb: number;
  /** The part that is the process's own; the rest is mostly the text of the node binary. */
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

/** Open files, sockets and the like. */
export function descriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
