import { readKernel } from '../real/kernel-reading.ts';

export interface KernelTrack {
  /** CPU time at a moment between two readings, in nanoseconds. */
  cpuNsAt(atMs: number): number;
  stop(): void;
}

/** Follows the CPU time of one container by the kernel's own counter, 20 times a second. */
export function trackCpu(pid: number): KernelTrack {
  const readings: { readonly atMs: number; readonly cpuNs: number }[] = [];
  const timer = setInterval(() => readings.push(readKernel(pid)), 50);
  return {
    cpuNsAt(atMs) {
      const next = readings.findIndex((reading) => reading.atMs >= atMs);
      const [from, to] = [readings[next - 1], readings[next]];
      if (from === undefined || to === undefined) throw new Error('the kernel was not read around that moment');
      return from.cpuNs + ((to.cpuNs - from.cpuNs) * (atMs - from.atMs)) / (to.atMs - from.atMs);
    },
    stop: () => clearInterval(timer),
  };
}
