import type { Refusals } from './refusals.ts';
import { amountOf, limitOf, member, objectOf } from './values.ts';

/** Processes and threads, as the kernel's pids controller counts them. */
export interface PidLevels {
  readonly current?: number | undefined;
  /** Absent: none is set. */
  readonly limit?: number | undefined;
}

/**
 * `pids_stats`: empty on Fargate, Managed Instances and Windows. The kernel's "max" comes as 0 or not at all from cgroup
 * v1 and as 2^64 - 1 from v2: none of them is a limit.
 *
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html#pid
 */
export function parsePids(value: unknown, refusals: Refusals): PidLevels | undefined {
  const stats = objectOf(value, refusals);
  if (stats === undefined) return undefined;
  const current = amountOf(member(stats, 'current'), refusals);
  const limit = limitOf(member(stats, 'limit'), refusals);
  if (current === undefined && limit === undefined) return undefined;
  return { current, limit: limit === 0 ? undefined : limit };
}
