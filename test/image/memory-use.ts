import { readdirSync, readFileSync } from 'node:fs';
import { at, numberAt } from '../real/json.ts';
import { until } from '../real/wait.ts';
import type { BuiltImage } from './built-image.ts';
import type { Container } from './container.ts';

export interface MemoryUse {
  /** Memory usage and limit of the container, in bytes. */
  readonly usage: number;
  readonly limit: number;
  /** Memory that cannot be reclaimed (heap and stacks), in bytes. */
  readonly anonymous: number;
  /** Page cache that is charged to the container, in bytes. */
  readonly cache: number;
  /** Number of major page faults. */
  readonly majorFaults: number;
}

/**
 * Memory usage of the container while no health check runs: a health check is a second Node.js process, which takes 13 MB.
 * The engine's names differ between cgroup v1 and v2.
 */
export async function memoryUse({ api }: BuiltImage, { id, pid }: Container): Promise<MemoryUse> {
  const stats = await until('no health check to run', async () => {
    const now = await api.call('GET', `/containers/${id}/stats?stream=0&one-shot=1`);
    // The value counts threads.
    return numberAt(now, 'pids_stats', 'current') === readdirSync(`/proc/${pid}/task`).length ? now : undefined;
  });
  const isFirst = at(stats, 'memory_stats', 'stats', 'anon') === undefined;
  const bytes = (name: string): number => numberAt(stats, 'memory_stats', 'stats', name);
  return {
    usage: numberAt(stats, 'memory_stats', 'usage'),
    limit: numberAt(stats, 'memory_stats', 'limit'),
    anonymous: bytes(isFirst ? 'rss' : 'anon'),
    cache: bytes(isFirst ? 'cache' : 'file'),
    majorFaults: majorFaultsOf(pid),
  };
}

/** Field 12 of proc_pid_stat(5). The name in field 2 may hold spaces, and ends with the last parenthesis. */
function majorFaultsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[12 - 3]);
}

export function inWords({ usage, limit, anonymous, cache, majorFaults }: MemoryUse): string {
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  const parts = `anonymous ${mib(anonymous)}, files ${mib(cache)}, major faults ${majorFaults}`;
  return `${mib(usage)} of ${mib(limit)} MiB, ${parts}`;
}
