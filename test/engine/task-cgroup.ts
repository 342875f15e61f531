import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Kernel values of the task's cgroup, by series name. */
export type TaskCgroupReading = Readonly<Record<(typeof METRICS)[number], number>>;

const METRICS = [
  'cpu_periods_total',
  'cpu_throttled_periods_total',
  'cpu_throttled_seconds_total',
  'cpu_usage_seconds_total',
  'mem_usage_bytes',
  'mem_peak_bytes',
  'mem_limit_hits_total',
] as const;

export interface TaskCgroup {
  /** For the `CgroupParent` of containers. */
  readonly path: string;
  read(): TaskCgroupReading;
  /** OOM kills in the cgroup of one container. */
  oomKillsOf(containerId: string): number;
  /** Call it after the containers have been removed. */
  remove(): void;
}

const ROOT = '/sys/fs/cgroup';

/**
 * Creates the cgroup of a task with limits on cgroup v1, as the ECS agent does.
 *
 * @see https://github.com/aws/amazon-ecs-agent/blob/master/agent/api/task/task_linux.go buildExplicitLinuxCPUSpec
 * @throws without root or if cgroup v1 is not mounted.
 */
export function makeTaskCgroup(taskId: string, limits: { cores: number; memoryBytes: number }): TaskCgroup {
  const path = `/ecs/${taskId}`;
  const file = (controller: string, name: string): string => join(ROOT, controller, path, name);
  const text = (controller: string, name: string): string => readFileSync(file(controller, name), 'utf8');
  const keyed = (controller: string, name: string, key: string): number =>
    Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(text(controller, name))?.[1]);
  for (const controller of ['cpu', 'memory']) mkdirSync(join(ROOT, controller, path), { recursive: true });
  writeFileSync(file('cpu', 'cpu.cfs_quota_us'), `${limits.cores * 100_000}`);
  writeFileSync(file('memory', 'memory.limit_in_bytes'), `${limits.memoryBytes}`);
  return {
    path,
    read: () => ({
      cpu_periods_total: keyed('cpu', 'cpu.stat', 'nr_periods'),
      cpu_throttled_periods_total: keyed('cpu', 'cpu.stat', 'nr_throttled'),
      cpu_throttled_seconds_total: keyed('cpu', 'cpu.stat', 'throttled_time') / 1e9,
      cpu_usage_seconds_total: Number(text('cpuacct', 'cpuacct.usage')) / 1e9,
      mem_usage_bytes: Number(text('memory', 'memory.usage_in_bytes')),
      mem_peak_bytes: Number(text('memory', 'memory.max_usage_in_bytes')),
      mem_limit_hits_total: Number(text('memory', 'memory.failcnt')),
    }),
    oomKillsOf: (containerId) => keyed('memory', `${containerId}/memory.oom_control`, 'oom_kill'),
    remove() {
      // The engine has created it in every hierarchy.
      for (const controller of readdirSync(ROOT)) {
        for (const folder of [path, '/ecs']) {
          const made = join(ROOT, controller, folder);
          if (existsSync(made)) rmdirSync(made);
        }
      }
    },
  };
}
