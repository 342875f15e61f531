import type { RowId } from './catalogue.ts';

/**
 * Where a value may exist. Fargate is on cgroup v1 in every recording that there is; Managed Instances are like `EC2 v2`, with
 * Fargate's clock; Windows is the same on EC2 and Fargate.
 */
export const PLATFORMS = ['Fargate', 'EC2 v1', 'EC2 v2', 'Windows'] as const;
export type Platform = (typeof PLATFORMS)[number];

const LINUX = ['Fargate', 'EC2 v1', 'EC2 v2'] as const;
const CGROUP_1 = ['Fargate', 'EC2 v1'] as const;
const EC2 = ['EC2 v1', 'EC2 v2'] as const;

/** What is not everywhere. */
const ONLY: Readonly<Partial<Record<RowId, readonly Platform[]>>> = {
  percpu_usage_ratio: CGROUP_1,
  cpu_logical_seconds: CGROUP_1,
  throttling_periods: LINUX,
  throttling_throttled_periods: LINUX,
  throttling_throttled_time: LINUX,
  mem_usage: LINUX,
  mem_cache: LINUX,
  mem_rss_bytes: LINUX,
  mem_failures: LINUX,
  mem_page_faults: LINUX,
  mem_peak_bytes: CGROUP_1,
  mem_swap_bytes: CGROUP_1,
  mem_kernel_bytes: ['EC2 v2'],
  mem_commit_bytes: ['Windows'],
  mem_commit_peak_bytes: ['Windows'],
  disk_read_iops: ['Fargate', 'EC2 v1', 'Windows'],
  disk_written_iops: ['Fargate', 'EC2 v1', 'Windows'],
  device_read_bytes: LINUX,
  device_written_bytes: LINUX,
  device_reads: CGROUP_1,
  device_writes: CGROUP_1,
  pids: EC2,
  pids_limit: EC2,
  task_fault_injection_enabled: LINUX,
  ephemeral_storage_used_bytes: ['Fargate'],
  ephemeral_storage_reserved_bytes: ['Fargate'],
  ephemeral_storage_usage_ratio: ['Fargate'],
  clock_error_bound_seconds: ['Fargate'],
  clock_synchronized: ['Fargate'],
  clock_reference_time_seconds: ['Fargate'],
  cgroup_cpu_periods: EC2,
  cgroup_cpu_throttled_periods: EC2,
  cgroup_cpu_throttled_seconds: EC2,
  cgroup_cpu_quota_cores: EC2,
  cgroup_cpu_usage_seconds: EC2,
  cgroup_mem_usage_bytes: EC2,
  cgroup_mem_peak_bytes: EC2,
  cgroup_mem_limit_bytes: EC2,
  cgroup_mem_limit_hits: EC2,
  cgroup_oom_kills: EC2,
  exporter_cgroup_failures: EC2,
};

/** The platforms on which a row can have a value. */
export function platformsOf(row: RowId): readonly Platform[] {
  return ONLY[row] ?? PLATFORMS;
}
