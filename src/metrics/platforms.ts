/**
 * Where a value may exist. Fargate is on cgroup v1 in every recording that there is; Managed Instances are like `EC2 v2`, with
 * Fargate's clock; Windows is the same on EC2 and Fargate.
 */
export const PLATFORMS = ['Fargate', 'EC2 v1', 'EC2 v2', 'Windows'] as const;
export type Platform = (typeof PLATFORMS)[number];

export const LINUX = ['Fargate', 'EC2 v1', 'EC2 v2'] as const;
export const CGROUP_1 = ['Fargate', 'EC2 v1'] as const;
export const EC2 = ['EC2 v1', 'EC2 v2'] as const;
