import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CpuCounters, TaskInfo } from '../../../src/snapshot/snapshot.ts';
import { type ContainerParts, containerView, SECOND_NS, taskView, valuesOf } from './views.ts';

/** 0.5 s of CPU in 1 s, on a host with two CPUs (2 s of host time). */
const HALF: readonly [CpuCounters, CpuCounters] = [
  { totalNs: 1e9, systemNs: 10e9, onlineCpus: 2 },
  { totalNs: 1.5e9, systemNs: 12e9, onlineCpus: 2 },
];

function derived(parts: ContainerParts, task: TaskInfo = {}): Readonly<Record<string, number>> {
  return valuesOf('cpu', taskView(task, [containerView('c', parts)]));
}

type RatioCase = readonly [what: string, parts: ContainerParts, task: TaskInfo, expected: number | undefined];

const RATIOS: readonly RatioCase[] = [
  ['no limit: fraction of the host', { cpu: HALF }, {}, 0.25],
  ['CPU units of the container', { cpu: HALF, info: { cpuUnits: 512 } }, { cpuCores: 4 }, 1],
  ['2 CPU units mean unset: limit of the task', { cpu: HALF, info: { cpuUnits: 2 } }, { cpuCores: 4 }, 0.125],
  ['limit of the task', { cpu: HALF }, { cpuCores: 1 }, 0.5],
  ['no system_cpu_usage: cores divided by CPUs', { cpu: [{ totalNs: 0 }, { totalNs: 5e8, onlineCpus: 4 }] }, {}, 0.125],
  ['no system_cpu_usage, CPUs or limit', { cpu: [{ totalNs: 0 }, { totalNs: 5e8 }] }, {}, undefined],
  ['no system_cpu_usage or CPUs, but a limit', { cpu: [{ totalNs: 0 }, { totalNs: 5e8 }] }, { cpuCores: 1 }, 0.5],
  [
    'the host was rebooted: its CPU time is ignored',
    { cpu: [{ ...HALF[0], systemNs: 99e9 }, HALF[1]] },
    { cpuCores: 1 },
    0.5,
  ],
  ['host time did not advance', { cpu: [{ ...HALF[0], systemNs: 12e9 }, HALF[1]] }, { cpuCores: 1 }, 0.5],
  [
    'CPUs from percpu_usage, padded with zeros',
    {
      cpu: [
        { totalNs: 1e9, systemNs: 10e9, perCpuNs: [5e8, 5e8, 0, 0] },
        { totalNs: 1.5e9, systemNs: 12e9, perCpuNs: [7e8, 8e8, 0, 0] },
      ],
    },
    { cpuCores: 1 },
    0.5,
  ],
  [
    'the number of CPUs changed: the newer one',
    { cpu: [{ ...HALF[0], onlineCpus: 8 }, HALF[1]] },
    { cpuCores: 1 },
    0.5,
  ],
  ['no CPU time used', { cpu: [HALF[0], { ...HALF[0], systemNs: 12e9 }] }, { cpuCores: 1 }, 0],
];

for (const [what, parts, task, expected] of RATIOS) {
  test(`cpu_usage_ratio: ${what}`, () => assert.equal(derived(parts, task)['cpu_usage_ratio c'], expected));
}

test('cores are CPU time divided by the time between the readings', () => {
  assert.equal(derived({ cpu: HALF, elapsedNs: (SECOND_NS * 5n) / 8n })['cpu_cores c'], 0.8);
  assert.equal(derived({ cpu: HALF, elapsedNs: SECOND_NS * 4n })['cpu_cores c'], 0.125);
});

type ClockCase = readonly [
  what: string,
  stamps: number,
  arrivals: number | undefined,
  cpu: readonly [CpuCounters, CpuCounters],
  cores: number | undefined,
];

const WITHOUT_HOST: readonly [CpuCounters, CpuCounters] = [{ totalNs: 1e9 }, { totalNs: 1.5e9 }];
/** 40 % steal: the host's CPUs count 1.2 s in 1 s. */
const STEAL: readonly [CpuCounters, CpuCounters] = [HALF[0], { ...HALF[1], systemNs: 11.2e9 }];
/** The host's time is that of 8 CPUs, the document names 2. */
const MISCOUNTED: readonly [CpuCounters, CpuCounters] = [HALF[0], { ...HALF[1], systemNs: 18e9 }];

/** Seconds between the timestamps and between the arrivals; 0.5 s of CPU time is used in 1 s of the host. */
const CLOCKS: readonly ClockCase[] = [
  ['correct', 1, 1, HALF, 0.5],
  ['that of two readings in one document', 1, undefined, HALF, 0.5],
  ['set back, seen by the host and the arrivals', 0.25, 1, HALF, 0.5],
  ['set forward by an hour, seen by the host and the arrivals', 3601, 1, HALF, 0.5],
  ['set forward by half a minute, seen by the host and the arrivals', 31, 1, HALF, 0.5],
  ['set forward by an hour, and the host does not report its time', 3601, 1, WITHOUT_HOST, undefined],
  ['far apart, and so are the arrivals', 3600, 3600, WITHOUT_HOST, 0.5 / 3600],
  ['late by as much as agents renew their samples', 1, 11, WITHOUT_HOST, 0.5],
  ['correct under steal', 1, 1, STEAL, 0.5],
  ['correct, with more CPUs than the document names', 1, 1, MISCOUNTED, 0.5],
];

for (const [what, stamps, arrivals, cpu, cores] of CLOCKS) {
  test(`the clock of the timestamps is ${what}`, () => {
    const container = containerView('c', { cpu, elapsedNs: BigInt(stamps * 1e9) });
    const previousCpu = container.previousCpu && {
      ...container.previousCpu,
      arrivalGapMs: arrivals === undefined ? undefined : arrivals * 1000,
    };
    const values = valuesOf('cpu', taskView({}, [{ ...container, previousCpu }]));
    assert.equal(values['cpu_cores c'], cores);
  });
}

test('usage above the capacity of all CPUs is absent, for the container and the task', () => {
  const values = derived({
    info: { knownStatus: 'RUNNING' },
    cpu: [
      { totalNs: 0, onlineCpus: 2 },
      { totalNs: 90e9, onlineCpus: 2 },
    ],
  });
  assert.equal(values['cpu_cores c'], undefined);
  assert.equal(values['cpu_usage_ratio c'], undefined);
  assert.equal(values['cpu_cores _task_'], undefined);
});

test('utilization in semconv is cores divided by a limit', () => {
  const values = derived({ cpu: STEAL, info: { cpuUnits: 512 } }, { cpuCores: 1 });
  assert.equal(values['cpu_reservation_utilization c'], 1);
  assert.equal(values['cpu_limit_utilization c'], 0.5);
  assert.equal(values['cpu_limit_utilization _task_'], 0.5);
  // The formula of ecs-container-exporter 2.4.0 divides by the host time, which excludes steal.
  assert.equal(values['cpu_usage_ratio c'], (0.5e9 / 1.2e9) * 2 * 2);
});

test('a task without a limit has the CPUs of the host; a container without CPU units has no reservation', () => {
  const values = derived({ cpu: HALF, info: { cpuUnits: 2 } });
  assert.equal(values['cpu_limit_utilization c'], 0.25);
  assert.equal(values['cpu_limit_utilization _task_'], 0.25);
  assert.equal(values['cpu_reservation_utilization c'], undefined);
});

const NO_DIFFERENCE: readonly (readonly [what: string, parts: ContainerParts])[] = [
  ['no previous reading', { sample: { cpu: HALF[1] } }],
  ['a previous reading with the same time', { cpu: HALF, elapsedNs: 0n }],
  ['a previous reading with a later time', { cpu: HALF, elapsedNs: -1n }],
  ['a decreased total', { cpu: [HALF[1], HALF[0]] }],
];

for (const [what, parts] of NO_DIFFERENCE) {
  test(`no CPU usage: ${what}`, () => {
    const values = derived(parts);
    assert.deepEqual(
      Object.keys(values).filter((key) => key.endsWith(' c')),
      ['cpu_usage_seconds c', 'cpu_time_without_mode c', 'cpu_online_cpus c'],
    );
    assert.equal(values['cpu_cores _task_'], undefined);
  });
}

test('a CPU time of 0 is missing, but usage is computed in the next sample', () => {
  const none: CpuCounters = { totalNs: 0, systemNs: 10e9, onlineCpus: 2 };
  const values = derived({ info: { knownStatus: 'RUNNING' }, cpu: [none, { ...none, systemNs: 12e9 }] });
  assert.deepEqual(values, { 'cpu_online_cpus c': 2 });
  assert.equal(derived({ cpu: [none, { totalNs: 5e8, systemNs: 12e9, onlineCpus: 2 }] })['cpu_cores c'], 0.5);
});

test('kernel and user mode are independent', () => {
  const values = derived({
    cpu: [
      { totalNs: 0, kernelNs: 5, userNs: 9 },
      { totalNs: 9, kernelNs: 8, userNs: 7 },
    ],
  });
  assert.equal(values['cpu_kernelmode c'], 3);
  assert.equal(values['cpu_usermode c'], undefined);
});

test('per-CPU ratios add up to the total, without CPUs that were never used', () => {
  const values = derived(
    {
      cpu: [
        { totalNs: 1e9, systemNs: 10e9, onlineCpus: 2, perCpuNs: [6e8, 4e8, 0, 0] },
        { totalNs: 1.5e9, systemNs: 12e9, onlineCpus: 2, perCpuNs: [9e8, 6e8, 0, 0] },
      ],
    },
    { cpuCores: 1 },
  );
  assert.equal(values['percpu_usage_ratio c {"cpu":0}'], 0.3);
  assert.equal(values['percpu_usage_ratio c {"cpu":1}'], 0.2);
  assert.equal(Object.keys(values).filter((key) => key.startsWith('percpu')).length, 2);
});

test('usage of the task is the sum of its containers, and its CPU time comes from the task counters', () => {
  const other = containerView('d', {
    cpu: [
      { totalNs: 0, systemNs: 0, onlineCpus: 4 },
      { totalNs: 1e9, systemNs: 4e9, onlineCpus: 4 },
    ],
  });
  const idle = containerView('e', {});
  const view = taskView({ cpuCores: 2 }, [containerView('c', { cpu: HALF }), other, idle], { cpuNs: 7.25e9 });
  const values = valuesOf('cpu', view);
  assert.equal(values['cpu_cores _task_'], 1.5);
  assert.equal(values['cpu_usage_ratio _task_'], 0.75);
  assert.equal(values['cpu_usage_seconds _task_'], 7.25);
});

const PARTS: readonly (readonly [what: string, missing: ContainerParts, cores: number | undefined])[] = [
  ['RUNNING, without stats', { info: { knownStatus: 'RUNNING' } }, undefined],
  ['RUNNING, without an earlier sample', { info: { knownStatus: 'RUNNING' }, sample: { cpu: HALF[1] } }, undefined],
  ['RUNNING, without CPU stats', { info: { knownStatus: 'RUNNING' }, sample: {} }, undefined],
  ['RUNNING, with a decrease of CPU time', { info: { knownStatus: 'RUNNING' }, cpu: [HALF[1], HALF[0]] }, undefined],
  ['STOPPED', { info: { knownStatus: 'STOPPED' } }, 0.5],
  ['not created yet', { info: { knownStatus: 'PULLED' } }, 0.5],
];

for (const [what, missing, cores] of PARTS) {
  test(`the task's CPU is complete or absent, with a container that is ${what}`, () => {
    const view = taskView({ cpuCores: 1 }, [containerView('c', { cpu: HALF }), containerView('d', missing)]);
    const values = valuesOf('cpu', view);
    assert.equal(values['cpu_cores _task_'], cores);
    assert.equal(values['cpu_usage_ratio _task_'], cores);
    assert.equal(values['cpu_limit_utilization _task_'], cores);
  });
}

test('CPU usage is 0 if all containers have stopped, and absent before the first measurement', () => {
  const none = { 'cpu_cores _task_': 0, 'cpu_usage_ratio _task_': 0, 'cpu_limit_utilization _task_': 0 };
  const stopped = containerView('c', { info: { knownStatus: 'STOPPED' } });
  assert.deepEqual(valuesOf('cpu', taskView({ cpuCores: 1 }, [stopped])), none);
  assert.deepEqual(valuesOf('cpu', taskView({ cpuCores: 1 }, [containerView('c', {})])), {});
  assert.deepEqual(valuesOf('cpu', taskView({ cpuCores: 1 }, [])), {});
  const first = derived({ sample: { cpu: HALF[1] } });
  const counters = { 'cpu_usage_seconds c': 1.5, 'cpu_time_without_mode c': 1.5, 'cpu_online_cpus c': 2 };
  assert.deepEqual(first, counters);
});
