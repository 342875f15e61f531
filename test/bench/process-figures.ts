import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time of all threads of a process so far, in milliseconds. The scheduler's own account: `/proc/<pid>/stat` counts in
 * steps of 10 ms, longer than a scrape takes.
 *
 * @see https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
 */
export function cpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const ns = readdirSync(tasks).map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]));
  return ns.reduce((sum, each) => sum + each, 0) / 1e6;
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
