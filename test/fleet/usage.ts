import { readFileSync } from 'node:fs';
import { cpuMs, memory } from '../bench/process-figures.ts';

/** Resource usage of processes so far. */
export interface Usage {
  readonly atMs: number;
  /** Sum over the processes. */
  readonly cpuMs: number;
  readonly rssMb: number;
}

export function usageOf(pids: readonly number[]): Usage {
  return {
    atMs: performance.now(),
    cpuMs: pids.reduce((sum, pid) => sum + cpuMs(pid), 0),
    rssMb: pids.reduce((sum, pid) => sum + memory(pid).rssMb, 0),
  };
}

/** Usage between two readings. */
export interface Used {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Average, in cores. */
  readonly cores: number;
}

export function usedBetween(from: Usage, to: Usage): Used {
  const seconds = (to.atMs - from.atMs) / 1000;
  const cpuSeconds = (to.cpuMs - from.cpuMs) / 1000;
  return { seconds, cpuSeconds, cores: cpuSeconds / seconds };
}

/** Peak resident memory, in MB. */
export function peakRssMb(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kib ?? Number.NaN) * 1024) / 1e6;
}
