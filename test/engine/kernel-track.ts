import { readKernel } from '../real/kernel-reading.ts';

export interface KernelTrack {
  /** Interpolated CPU time, in nanoseconds. */
  cpuNsAt(atMs: number): number;
  stop(): void;
}

/** Records the CPU time of a container from the kernel's counter, 20 times per second. */
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
