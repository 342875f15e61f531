/** Why values of the task's cgroup are missing. Stable: operators see these as the reason of `exporter_cgroup_failures`. */
export const CGROUP_FAILURES = ['not_found', 'unreadable', 'malformed', 'timeout'] as const;

export type CgroupFailure = (typeof CGROUP_FAILURES)[number];
