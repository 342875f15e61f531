/** For each alert: series with which it fires, and series with which it does not. */
import { type Input, series } from './alert-inputs.ts';

export interface FiringCase {
  readonly inputs: readonly Input[];
  /** Minutes after the start. */
  readonly at: number;
  /** The labels of the alert are those of this level, without the labels that the expression removes. */
  readonly level: Input['level'];
  readonly labels?: Input['labels'];
  /** No labels but the severity, since no series exists. */
  readonly isAbsent?: true;
  readonly summary: string;
  readonly description: string;
}

export interface SilentCase {
  readonly why: string;
  readonly inputs: readonly Input[];
  readonly at: number;
}

export interface AlertCases {
  readonly severity: string;
  readonly runbook: string;
  readonly fires: readonly FiringCase[];
  readonly silent: readonly SilentCase[];
}

const TASK = 'The task (10.0.1.17:9545)';
const WEB = 'Container web (10.0.1.17:9545)';

const CPU = ['cpu_usage_seconds_total', 'aws_ecs_task_cpu_time_seconds_total'] as const;
const CPU_LIMIT = ['cpu_limit_cores', 'aws_ecs_task_cpu_limit'] as const;
const PERIODS = ['cgroup_cpu_periods_total', 'aws_ecs_task_cpu_throttling_periods_total'] as const;
const THROTTLED = [
  'cgroup_cpu_throttled_periods_total',
  'aws_ecs_task_cpu_throttling_throttled_periods_total',
] as const;
const CONTAINER_MEMORY = ['mem_usage_ratio', 'aws_ecs_container_memory_limit_utilization_ratio'] as const;
const TASK_MEMORY = ['mem_usage_ratio', 'aws_ecs_task_memory_limit_utilization_ratio'] as const;
const WORKING_SET = ['mem_working_set_bytes', 'container_memory_working_set_bytes'] as const;
const MEMORY_LIMIT = ['mem_effective_limit_bytes', 'aws_ecs_container_memory_limit_bytes'] as const;
const TASK_WORKING_SET = ['mem_working_set_bytes', 'aws_ecs_task_memory_working_set_bytes'] as const;
const TASK_MEMORY_LIMIT = ['mem_effective_limit_bytes', 'aws_ecs_task_memory_limit_bytes'] as const;
const OOM_KILLS = ['cgroup_oom_kills_total', 'aws_ecs_task_cgroup_oom_kills_total'] as const;
const EXIT_CODE = ['container_exit_code', 'aws_ecs_container_exit_code'] as const;
const RUNNING = ['container_running', 'aws_ecs_container_running'] as const;
const RESTARTS = ['container_restarts_total', 'aws_ecs_container_restarts_total'] as const;
const HEALTH = ['container_health', 'aws_ecs_container_health_status'] as const;
const USED = ['ephemeral_storage_used_bytes', 'aws_ecs_task_ephemeral_storage_usage_bytes'] as const;
const RESERVED = ['ephemeral_storage_reserved_bytes', 'aws_ecs_task_ephemeral_storage_limit_bytes'] as const;
const CLOCK = ['clock_synchronized', 'aws_ecs_task_clock_synchronized'] as const;

const MIB = 2 ** 20;

function taskStatus(desired: string): Input {
  return series('task', ['status', 'aws_ecs_task_status'], '1x60', {
    ecs: { known_status: 'RUNNING', desired_status: desired },
    semconv: { aws_ecs_known_status: 'RUNNING', aws_ecs_desired_status: desired },
  });
}

function health(state: string, values: string): Input {
  return series('container', HEALTH, values, healthLabels(state));
}

function healthLabels(state: string) {
  return { ecs: { status: state }, semconv: { aws_ecs_container_health_state: state } };
}

export const CONTAINER_CASES: Readonly<Record<string, AlertCases>> = {
  TaskCpuNearLimit: {
    severity: 'warning',
    runbook: 'the-task-is-short-of-cpu',
    fires: [
      {
        inputs: [series('task', CPU, '0+114x30'), series('task', CPU_LIMIT, '2x30')],
        at: 20,
        level: 'task',
        summary: `${TASK} is near its CPU limit`,
        description: 'The task uses 95% of its CPU limit. Above it, the kernel throttles the containers.',
      },
    ],
    silent: [
      { why: '80 %', inputs: [series('task', CPU, '0+96x30'), series('task', CPU_LIMIT, '2x30')], at: 20 },
      {
        why: 'the counter jumps after a restart of the exporter',
        inputs: [series('task', CPU, '5000+12x9 300+12x20'), series('task', CPU_LIMIT, '2x30')],
        at: 14,
      },
      { why: 'the task has no CPU limit', inputs: [series('task', CPU, '0+114x30')], at: 20 },
      {
        why: 'it started 8 minutes ago',
        inputs: [series('task', CPU, '0+114x8'), series('task', CPU_LIMIT, '2x8')],
        at: 8,
      },
    ],
  },
  TaskCpuThrottled: {
    severity: 'warning',
    runbook: 'the-task-is-short-of-cpu',
    fires: [
      {
        inputs: [series('task', PERIODS, '0+600x30'), series('task', THROTTLED, '0+300x30')],
        at: 20,
        level: 'task',
        summary: `${TASK} is throttled`,
        description: 'The kernel throttles the task in 50% of its CPU periods.',
      },
    ],
    silent: [
      {
        why: 'a tenth of the periods',
        inputs: [series('task', PERIODS, '0+600x30'), series('task', THROTTLED, '0+60x30')],
        at: 20,
      },
    ],
  },
  MemoryNearLimit: {
    severity: 'warning',
    runbook: 'memory-is-near-its-limit',
    fires: [
      {
        inputs: [series('container', CONTAINER_MEMORY, '0.95x10')],
        at: 6,
        level: 'container',
        summary: `${WEB} is near its memory limit`,
        description: 'The working set is 95% of the memory limit. At the limit, the kernel kills a process.',
      },
      {
        inputs: [series('task', TASK_MEMORY, '0.92x10')],
        at: 6,
        level: 'task',
        summary: `${TASK} is near its memory limit`,
        description: 'The working set is 92% of the memory limit. At the limit, the kernel kills a process.',
      },
    ],
    silent: [
      { why: '85 %', inputs: [series('container', CONTAINER_MEMORY, '0.85x10')], at: 6 },
      { why: 'a peak at the start', inputs: [series('container', CONTAINER_MEMORY, '0.95x3 0.5x10')], at: 6 },
    ],
  },
  MemoryReachesLimitSoon: {
    severity: 'warning',
    runbook: 'memory-is-near-its-limit',
    fires: [
      {
        inputs: [
          series('container', WORKING_SET, `${500 * MIB}+${2.5 * MIB}x100`),
          series('container', MEMORY_LIMIT, `${1024 * MIB}x100`),
        ],
        at: 80,
        level: 'container',
        summary: `${WEB} will reach its memory limit within 4 hours`,
        description:
          'At the growth rate of the last hour, the working set will be 1.27GiB in 4 hours, above the memory limit.',
      },
      {
        inputs: [
          series('task', TASK_WORKING_SET, `${500 * MIB}+${2.5 * MIB}x100`),
          series('task', TASK_MEMORY_LIMIT, `${1024 * MIB}x100`),
        ],
        at: 80,
        level: 'task',
        summary: `${TASK} will reach its memory limit within 4 hours`,
        description:
          'At the growth rate of the last hour, the working set will be 1.27GiB in 4 hours, above the memory limit.',
      },
    ],
    silent: [
      {
        why: 'the container started half an hour ago',
        inputs: [
          series('container', WORKING_SET, `${100 * MIB}+${10 * MIB}x30`),
          series('container', MEMORY_LIMIT, `${1024 * MIB}x30`),
        ],
        at: 30,
      },
      {
        why: 'the working set is stable',
        inputs: [
          series('container', WORKING_SET, `${900 * MIB}x100`),
          series('container', MEMORY_LIMIT, `${1024 * MIB}x100`),
        ],
        at: 80,
      },
    ],
  },
  TaskOomKills: {
    severity: 'warning',
    runbook: 'memory-is-near-its-limit',
    fires: [
      {
        inputs: [series('task', OOM_KILLS, '0x5 1x10')],
        at: 8,
        level: 'task',
        summary: `${TASK} had an OOM kill`,
        description:
          'In the last 10 minutes, the kernel killed a process because of the memory limit of the task or of a container.',
      },
    ],
    silent: [{ why: 'the kill was earlier', inputs: [series('task', OOM_KILLS, '0x5 1x30')], at: 20 }],
  },
  ContainerKilled: {
    severity: 'warning',
    runbook: 'a-container-has-stopped-or-is-unhealthy',
    fires: [
      {
        inputs: [series('container', EXIT_CODE, '137x10'), taskStatus('RUNNING')],
        at: 2,
        level: 'container',
        summary: `${WEB} was killed`,
        description:
          'The last run ended with exit code 137: the container was out of memory, or exceeded its stopTimeout.',
      },
    ],
    silent: [
      { why: 'another exit code', inputs: [series('container', EXIT_CODE, '1x10'), taskStatus('RUNNING')], at: 2 },
      { why: 'ECS stops the task', inputs: [series('container', EXIT_CODE, '137x10'), taskStatus('STOPPED')], at: 2 },
    ],
  },
  ContainerNotRunning: {
    severity: 'critical',
    runbook: 'a-container-has-stopped-or-is-unhealthy',
    fires: [
      {
        inputs: [series('container', RUNNING, '0x20'), series('container', EXIT_CODE, '1x20')],
        at: 12,
        level: 'container',
        summary: `${WEB} is not running`,
        description: 'The container has not been running for 10 minutes, and did not exit with code 0.',
      },
    ],
    silent: [
      {
        why: 'it finished',
        inputs: [series('container', RUNNING, '0x20'), series('container', EXIT_CODE, '0x20')],
        at: 12,
      },
      { why: 'it starts late', inputs: [series('container', RUNNING, '0x8 1x20')], at: 12 },
      { why: 'it runs', inputs: [series('container', RUNNING, '1x20')], at: 12 },
    ],
  },
  ContainerRestartsOften: {
    severity: 'warning',
    runbook: 'a-container-restarts-in-a-loop',
    fires: [
      {
        inputs: [series('container', RESTARTS, '0+1x30')],
        at: 20,
        level: 'container',
        summary: `${WEB} restarts often`,
        description: 'The restart policy has restarted the container about 15 times in 15 minutes.',
      },
    ],
    silent: [{ why: 'two restarts', inputs: [series('container', RESTARTS, '0x4 1x4 2x20')], at: 15 }],
  },
  ContainerUnhealthy: {
    severity: 'critical',
    runbook: 'a-container-has-stopped-or-is-unhealthy',
    fires: [
      {
        inputs: [health('UNHEALTHY', '1x10'), health('HEALTHY', '0x10')],
        at: 3,
        level: 'container',
        labels: healthLabels('UNHEALTHY'),
        summary: `${WEB} is unhealthy`,
        description: 'The health check of the container in the task definition has failed for a minute.',
      },
    ],
    silent: [
      { why: 'healthy', inputs: [health('UNHEALTHY', '0x10'), health('HEALTHY', '1x10')], at: 3 },
      { why: 'it starts', inputs: [health('UNHEALTHY', '0x10'), health('UNKNOWN', '1x10')], at: 3 },
    ],
  },
  EphemeralStorageFilling: {
    severity: 'warning',
    runbook: 'ephemeral-storage-fills-up',
    fires: [
      {
        inputs: [series('task', USED, '19e9x40'), series('task', RESERVED, '21e9x40')],
        at: 20,
        level: 'task',
        summary: `${TASK} is running out of ephemeral storage`,
        description: 'More than 85% of the ephemeral storage is used, or all of it will be used within 4 hours.',
      },
      {
        inputs: [series('task', USED, '1e9+1e8x100'), series('task', RESERVED, '21e9x100')],
        at: 80,
        level: 'task',
        summary: `${TASK} is running out of ephemeral storage`,
        description: 'More than 85% of the ephemeral storage is used, or all of it will be used within 4 hours.',
      },
    ],
    silent: [
      { why: 'half full', inputs: [series('task', USED, '10e9x100'), series('task', RESERVED, '21e9x100')], at: 80 },
      {
        why: 'the task writes its files at the start',
        inputs: [series('task', USED, '1e9+2e8x30'), series('task', RESERVED, '21e9x30')],
        at: 30,
      },
    ],
  },
  ClockNotSynchronized: {
    severity: 'warning',
    runbook: 'the-clock-is-not-synchronized',
    fires: [
      {
        inputs: [series('task', CLOCK, '0x20')],
        at: 17,
        level: 'task',
        summary: `${TASK} has an unsynchronized clock`,
        description:
          'The host has not synchronized its clock for 15 minutes. Times in logs and signed requests can be wrong.',
      },
    ],
    silent: [{ why: 'synchronized after the start', inputs: [series('task', CLOCK, '0x5 1x20')], at: 17 }],
  },
};
