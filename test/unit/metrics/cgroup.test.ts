import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskView } from '../../../src/history/view.ts';
import type { TaskCgroup } from '../../../src/snapshot/snapshot.ts';
import { startsOf, taskView, valuesOf } from './views.ts';

const valuesIn = (cgroup: TaskCgroup | undefined): Readonly<Record<string, number>> =>
  valuesOf('cgroup', { ...taskView({}, []), cgroup });

test('no values without a cgroup', () => assert.deepEqual(valuesIn(undefined), {}));

test('all values, in seconds, bytes and cores', () => {
  const cgroup: TaskCgroup = {
    cpuNs: 4_500_000_000,
    periods: 161,
    throttledPeriods: 158,
    throttledNs: 10_250_000_000,
    memoryLimitHits: 138,
    oomKills: 2,
    quotaCores: 0.25,
    memoryBytes: 19_496_960,
    memoryPeakBytes: 20_000_768,
    memoryLimitBytes: 67_108_864,
  };
  assert.deepEqual(valuesIn(cgroup), {
    'cgroup_cpu_usage_seconds _task_': 4.5,
    'cgroup_cpu_periods _task_': 161,
    'cgroup_cpu_throttled_periods _task_': 158,
    'cgroup_cpu_throttled_seconds _task_': 10.25,
    'cgroup_cpu_quota_cores _task_': 0.25,
    'cgroup_mem_usage_bytes _task_': 19_496_960,
    'cgroup_mem_peak_bytes _task_': 20_000_768,
    'cgroup_mem_limit_bytes _task_': 67_108_864,
    'cgroup_mem_limit_hits _task_': 138,
    'cgroup_oom_kills _task_': 2,
  });
});

test('throttling is absent without a quota, and 0 before the first period', () => {
  const none = { periods: 0, throttledPeriods: 0, throttledNs: 0 };
  const noThrottling = {
    'cgroup_cpu_periods _task_': 0,
    'cgroup_cpu_throttled_periods _task_': 0,
    'cgroup_cpu_throttled_seconds _task_': 0,
  };
  assert.deepEqual(valuesIn(none), {});
  assert.deepEqual(valuesIn({ ...none, quotaCores: 2 }), { ...noThrottling, 'cgroup_cpu_quota_cores _task_': 2 });
  // A quota that was removed, or whose file cannot be read.
  assert.deepEqual(valuesIn({ ...none, periods: 7 }), { ...noThrottling, 'cgroup_cpu_periods _task_': 7 });
});

test('a counter that was reset has its own start time', () => {
  const view: TaskView = {
    ...taskView({}, []),
    startTimeNs: 1n,
    cgroup: { cpuNs: 5, oomKills: 6, startTimeNs: { cpuNs: 9n } },
  };
  assert.deepEqual(startsOf('cgroup', view), { 'cgroup_cpu_usage_seconds _task_': 9n, 'cgroup_oom_kills _task_': 1n });
});
