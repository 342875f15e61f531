import {
  type Alert,
  CONTAINER_NAMED,
  CONTAINER_OR_TASK,
  containersAndTask,
  exceedsSoon,
  PERCENT,
  TASK,
} from './alert.ts';

/** Alerts on a task and its containers. */
export const CONTAINER_ALERTS: readonly Alert[] = [
  {
    name: 'TaskCpuNearLimit',
    severity: 'warning',
    comment: 'The counter jumps after a restart of the exporter, for less than 10 minutes.',
    for: '10m',
    expression: ({ select }) =>
      `rate(${select('cpu_usage_seconds', 'task')}[5m])\n  / ${select('cpu_limit_cores', 'task')} > 0.9`,
    summary: `${TASK} is near its CPU limit`,
    description: `The task uses ${PERCENT} of its CPU limit. Above it, the kernel throttles the containers.`,
    runbook: 'The task is short of CPU',
  },
  {
    name: 'TaskCpuThrottled',
    severity: 'warning',
    comment: 'Needs CGROUP_ROOT.',
    for: '10m',
    expression: ({ select }) =>
      `rate(${select('cgroup_cpu_throttled_periods', 'task')}[5m])\n  / rate(${select('cgroup_cpu_periods', 'task')}[5m]) > 0.25`,
    summary: `${TASK} is throttled`,
    description: `The kernel throttles the task in ${PERCENT} of its CPU periods.`,
    runbook: 'The task is short of CPU',
  },
  {
    name: 'MemoryNearLimit',
    severity: 'warning',
    for: '5m',
    expression: (names) => containersAndTask(names, (metric) => `${metric('mem_usage_ratio')} > 0.9`),
    summary: `${CONTAINER_OR_TASK} is near its memory limit`,
    description: `The working set is ${PERCENT} of the memory limit. At the limit, the kernel kills a process.`,
    runbook: 'Memory is near its limit',
  },
  {
    name: 'MemoryReachesLimitSoon',
    severity: 'warning',
    for: '15m',
    expression: (names) =>
      containersAndTask(names, (metric) =>
        exceedsSoon(metric('mem_working_set_bytes'), metric('mem_effective_limit_bytes')),
      ),
    summary: `${CONTAINER_OR_TASK} will reach its memory limit within 4 hours`,
    description:
      'At the growth rate of the last hour, the working set will be {{ $value | humanize1024 }}B in 4 hours, above the memory limit.',
    runbook: 'Memory is near its limit',
  },
  {
    name: 'TaskOomKills',
    severity: 'warning',
    comment: 'Needs CGROUP_ROOT.',
    expression: ({ select }) => `increase(${select('cgroup_oom_kills', 'task')}[10m]) > 0`,
    summary: `${TASK} had an OOM kill`,
    description:
      'In the last 10 minutes, the kernel killed a process because of the memory limit of the task or of a container.',
    runbook: 'Memory is near its limit',
  },
  {
    name: 'ContainerKilled',
    severity: 'warning',
    comment: 'Fires until a later run exits with another code, except while ECS stops the task.',
    expression: ({ select, label }) =>
      `${select('container_exit_code', 'container')} == 137\n  unless on (job, instance) ${select('task_status', 'task', `${label('desiredStatus')}="STOPPED"`)}`,
    summary: `${CONTAINER_NAMED} was killed`,
    description: 'The last run ended with exit code 137: the container was out of memory, or exceeded its stopTimeout.',
    runbook: 'A container has stopped or is unhealthy',
  },
  {
    name: 'ContainerNotRunning',
    severity: 'critical',
    comment: 'Ignores containers that exited with code 0.',
    for: '10m',
    expression: ({ select }) =>
      `${select('container_running', 'container')} == 0\n  unless ${select('container_exit_code', 'container')} == 0`,
    summary: `${CONTAINER_NAMED} is not running`,
    description: 'The container has not been running for 10 minutes, and did not exit with code 0.',
    runbook: 'A container has stopped or is unhealthy',
  },
  {
    name: 'ContainerRestartsOften',
    severity: 'warning',
    expression: ({ select }) => `increase(${select('container_restarts', 'container')}[15m]) > 2`,
    summary: `${CONTAINER_NAMED} restarts often`,
    description: 'The restart policy has restarted the container about {{ $value | humanize }} times in 15 minutes.',
    runbook: 'A container restarts in a loop',
  },
  {
    name: 'ContainerUnhealthy',
    severity: 'critical',
    for: '1m',
    expression: ({ select, label }) =>
      `${select('container_health', 'container', `${label('healthState')}="UNHEALTHY"`)} == 1`,
    summary: `${CONTAINER_NAMED} is unhealthy`,
    description: 'The health check of the container in the task definition has failed for a minute.',
    runbook: 'A container has stopped or is unhealthy',
  },
  {
    name: 'EphemeralStorageFilling',
    severity: 'warning',
    for: '15m',
    expression: ({ select }) => {
      const used = select('ephemeral_storage_used_bytes', 'task');
      const reserved = select('ephemeral_storage_reserved_bytes', 'task');
      return `${used} / ${reserved} > 0.85\nor\n${exceedsSoon(used, reserved)}`;
    },
    summary: `${TASK} is running out of ephemeral storage`,
    description: 'More than 85% of the ephemeral storage is used, or all of it will be used within 4 hours.',
    runbook: 'Ephemeral storage fills up',
  },
  {
    name: 'ClockNotSynchronized',
    severity: 'warning',
    for: '15m',
    expression: ({ select }) => `${select('clock_synchronized', 'task')} == 0`,
    summary: `${TASK} has an unsynchronized clock`,
    description:
      'The host has not synchronized its clock for 15 minutes. Times in logs and signed requests can be wrong.',
    runbook: 'The clock is not synchronized',
  },
];
