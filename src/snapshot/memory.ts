import type { Refusals } from './refusals.ts';
import type { MemoryLevels } from './snapshot.ts';
import { amountOf, type JsonObject, limitOf, member, objectOf } from './values.ts';

/**
 * `memory_stats`, whose inner names differ between cgroup v1 (`cache`, `rss`, `total_*`) and v2 (`file`, `anon`), and on
 * Windows. docker omits members that are 0, so a missing one is unknown, not zero.
 *
 * @see https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html#memory
 */
export function parseMemory(value: unknown, refusals: Refusals): MemoryLevels | undefined {
  const stats = objectOf(value, refusals);
  if (stats === undefined) return undefined;
  const kernel = objectOf(member(stats, 'stats'), refusals) ?? {};
  const cgroup = hierarchyOf(kernel);
  const amount = (key: string): number | undefined => amountOf(member(kernel, key), refusals);
  const usageBytes = amountOf(member(stats, 'usage'), refusals);
  const inactiveBytes = cgroup === 2 ? amount('inactive_file') : amount('total_inactive_file');
  return {
    cgroup,
    usageBytes,
    cacheBytes: amount(cgroup === 2 ? 'file' : 'cache'),
    rssBytes: amount(cgroup === 2 ? 'anon' : 'rss'),
    workingSetBytes: workingSet(usageBytes, inactiveBytes) ?? amountOf(member(stats, 'privateworkingset'), refusals),
    hierarchicalLimitBytes: limitOf(member(kernel, 'hierarchical_memory_limit'), refusals),
    limitBytes: limitOf(member(stats, 'limit'), refusals),
  };
}

/** v2 has `anon` and `file` and no `total_*`; v1 has the `total_*` of its hierarchy, and `cache`. */
function hierarchyOf(kernel: JsonObject): 1 | 2 | undefined {
  if (Object.hasOwn(kernel, 'total_inactive_file')) return 1;
  if (Object.hasOwn(kernel, 'anon') || Object.hasOwn(kernel, 'file')) return 2;
  return Object.hasOwn(kernel, 'cache') || Object.hasOwn(kernel, 'rss') ? 1 : undefined;
}

/** As docker and the kubelet have it; the two files are read one after the other, so the difference can be below 0. */
function workingSet(usage: number | undefined, inactiveFile: number | undefined): number | undefined {
  if (usage === undefined || inactiveFile === undefined) return undefined;
  return Math.max(0, usage - inactiveFile);
}
