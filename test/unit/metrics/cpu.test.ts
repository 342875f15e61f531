import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CpuCounters, TaskInfo } from '../../../src/snapshot/snapshot.ts';
import { type ContainerParts, containerView, SECOND_NS, taskView, valuesOf } from './views.ts';

/** 0.5 s of CPU in 1 s, on a host of two CPUs that went through 2 s. */
const HALF: readonly [CpuCounters, CpuCounters] = [
  { totalNs: 1e9, systemNs: 10e9, onlineCpus: 2 },
  { totalNs: 1.5e9, systemNs: 12e9, onlineCpus: 2 },
];

function derived(parts: ContainerParts, task: TaskInfo = {}): Readonly<Record<string, number>> {
  return valuesOf('cpu', taskView(task, [containerView('c', parts)]));
}

type RatioCase = readonly [what: string, parts: ContainerParts, task: TaskInfo, expected: number | undefined];

const RATIOS: readonly RatioCase[] = [
  ['no limit: of the whole host', { cpu: HALF }, {}, 0.25],
  ['its own limit', { cpu: HALF, info: { cpuUnits: 512 } }, { cpuCores: 4 }, 1],
  ['2 CPU units are none: the task’s', { cpu: HALF, info: { cpuUnits: 2 } }, { cpuCores: 4 }, 0.125],
  ['the task’s', { cpu: HALF }, { cpuCores: 1 }, 0.5],
  ['no system_cpu_usage: cores over CPUs', { cpu: [{ totalNs: 0 }, { totalNs: 5e8, onlineCpus: 4 }] }, {}, 0.125],
  ['neither that nor CPUs, nor a limit', { cpu: [{ totalNs: 0 }, { totalNs: 5e8 }] }, {}, undefined],
  ['but a limit', { cpu: [{ totalNs: 0 }, { totalNs: 5e8 }] }, { cpuCores: 1 }, 0.5],
  [
    'a host that started again: its time is no measure now',
    { cpu: [{ ...HALF[0], systemNs: 99e9 }, HALF[1]] },
    { cpuCores: 1 },
    0.5,
  ],
  ['a host whose time stood still', { cpu: [{ ...HALF[0], systemNs: 12e9 }, HALF[1]] }, { cpuCores: 1 }, 0.5],
  [
    'CPUs by the list, padded with zeros',
    {
      cpu: [
        { totalNs: 1e9, systemNs: 10e9, perCpuNs: [5e8, 5e8, 0, 0] },
        { totalNs: 1.5e9, systemNs: 12e9, perCpuNs: [7e8, 8e8, 0, 0] },
      ],
    },
    { cpuCores: 1 },
    0.5,
  ],
  ['the newer number of CPUs', { cpu: [{ ...HALF[0], onlineCpus: 8 }, HALF[1]] }, { cpuCores: 1 }, 0.5],
  ['nothing used', { cpu: [HALF[0], { ...HALF[0], systemNs: 12e9 }] }, { cpuCores: 1 }, 0],
];

for (const [what, parts, task, expected] of RATIOS) {
  test(`cpu_usage_ratio: ${what}`, () => assert.equal(derived(parts, task)['cpu_usage_ratio c'], expected));
}

test('cores are CPU time over the time between the readings', () => {
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
  ['right', 1, 1, HALF, 0.5],
  ['of two readings in one document', 1, undefined, HALF, 0.5],
  ['set back, seen by the host and the arrivals', 0.25, 1, HALF, 0.5],
  ['set forward by an hour, seen by the host and the arrivals', 3601, 1, HALF, 0.5],
  ['set forward by half a minute, seen by the host and the arrivals', 31, 1, HALF, 0.5],
  ['set forward by an hour, and the host does not report its time', 3601, 1, WITHOUT_HOST, undefined],
  ['far apart, and so are the arrivals', 3600, 3600, WITHOUT_HOST, 0.5 / 3600],
  ['late by as much as agents renew their samples', 1, 11, WITHOUT_HOST, 0.5],
  ['right under steal', 1, 1, STEAL, 0.5],
  ['right, of a host with more CPUs than the document names', 1, 1, MISCOUNTED, 0.5],
];

for (const [what, stamps, arrivals, cpu, cores] of CLOCKS) {
  test(`the clock of the timestamps is ${what}`, () => {
    const container = containerView('c', { cpu, elapsedNs: BigInt(stamps * 1e9) });
    const previousCpu = container.previousCpu && {
      ...container.previousCpu,
      arrivalGapMs: arrivals === undefined ? undefined : arrivals * 1000,
    };
    const told = valuesOf('cpu', taskView({}, [{ ...container, previousCpu }]));
    assert.equal(told['cpu_cores c'], cores);
  });
}

test('a use above the capacity of all CPUs has no value, for the container and for the task', () => {
  const told = derived({
    info: { knownStatus: 'RUNNING' },
    cpu: [
      { totalNs: 0, onlineCpus: 2 },
      { totalNs: 90e9, onlineCpus: 2 },
    ],
  });
  assert.equal(told['cpu_cores c'], undefined);
  assert.equal(told['cpu_usage_ratio c'], undefined);
  assert.equal(told['cpu_cores _task_'], undefined);
});

test('utilization in semconv is cores divide by a limit, by wall time', () => {
  const told = derived({ cpu: STEAL, info: { cpuUnits: 512 } }, { cpuCores: 1 });
  assert.equal(told['cpu_reservation_utilization c'], 1);
  assert.equal(told['cpu_limit_utilization c'], 0.5);
  assert.equal(told['cpu_limit_utilization _task_'], 0.5);
  // The formula of ecs-container-exporter 2.4.0 divides by the host's time, which leaves out steal.
  assert.equal(told['cpu_usage_ratio c'], (0.5e9 / 1.2e9) * 2 * 2);
});

test('a task without a limit has the CPUs of the host; a container without CPU units has no reservation', () => {
  const told = derived({ cpu: HALF, info: { cpuUnits: 2 } });
  assert.equal(told['cpu_limit_utilization c'], 0.25);
  assert.equal(told['cpu_limit_utilization _task_'], 0.25);
  assert.equal(told['cpu_reservation_utilization c'], undefined);
});

const NO_DIFFERENCE: readonly (readonly [what: string, parts: ContainerParts])[] = [
  ['no previousCpu', { sample: { cpu: HALF[1] } }],
  ['a previousCpu of the same moment', { cpu: HALF, elapsedNs: 0n }],
  ['a previousCpu of later', { cpu: HALF, elapsedNs: -1n }],
  ['a total that fell', { cpu: [HALF[1], HALF[0]] }],
];

for (const [what, parts] of NO_DIFFERENCE) {
  test(`no differences: ${what}`, () => {
    const told = derived(parts);
    assert.deepEqual(
      Object.keys(told).filter((key) => key.endsWith(' c')),
      ['cpu_usage_seconds c', 'cpu_time_without_mode c', 'cpu_online_cpus c'],
    );
    assert.equal(told['cpu_cores _task_'], undefined);
  });
}

test('a CPU time of 0 is a missing field: no value, but the next sample has a difference', () => {
  const none: CpuCounters = { totalNs: 0, systemNs: 10e9, onlineCpus: 2 };
  const told = derived({ info: { knownStatus: 'RUNNING' }, cpu: [none, { ...none, systemNs: 12e9 }] });
  assert.deepEqual(told, { 'cpu_online_cpus c': 2 });
  assert.equal(derived({ cpu: [none, { totalNs: 5e8, systemNs: 12e9, onlineCpus: 2 }] })['cpu_cores c'], 0.5);
});

test('kernel and user mode, each alone', () => {
  const told = derived({
    cpu: [
      { totalNs: 0, kernelNs: 5, userNs: 9 },
      { totalNs: 9, kernelNs: 8, userNs: 7 },
    ],
  });
  assert.equal(told['cpu_kernelmode c'], 3);
  assert.equal(told['cpu_usermode c'], undefined);
});

test('CPUs one by one add up to the whole; those that never ran are not there', () => {
  const told = derived(
    {
      cpu: [
        { totalNs: 1e9, systemNs: 10e9, onlineCpus: 2, perCpuNs: [6e8, 4e8, 0, 0] },
        { totalNs: 1.5e9, systemNs: 12e9, onlineCpus: 2, perCpuNs: [9e8, 6e8, 0, 0] },
      ],
    },
    { cpuCores: 1 },
  );
  assert.equal(told['percpu_usage_ratio c {"cpu":0}'], 0.3);
  assert.equal(told['percpu_usage_ratio c {"cpu":1}'], 0.2);
  assert.equal(Object.keys(told).filter((key) => key.startsWith('percpu')).length, 2);
});

test('the task adds up its containers, each by its own host and CPUs, and reads its total from the ledger', () => {
  const other = containerView('d', {
    cpu: [
      { totalNs: 0, systemNs: 0, onlineCpus: 4 },
      { totalNs: 1e9, systemNs: 4e9, onlineCpus: 4 },
    ],
  });
  const idle = containerView('e', {});
  const view = taskView({ cpuCores: 2 }, [containerView('c', { cpu: HALF }), other, idle], { cpuNs: 7.25e9 });
  const told = valuesOf('cpu', view);
  assert.equal(told['cpu_cores _task_'], 1.5);
  assert.equal(told['cpu_usage_ratio _task_'], 0.75);
  assert.equal(told['cpu_usage_seconds _task_'], 7.25);
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
    const told = valuesOf('cpu', view);
    assert.equal(told['cpu_cores _task_'], cores);
    assert.equal(told['cpu_usage_ratio _task_'], cores);
    assert.equal(told['cpu_limit_utilization _task_'], cores);
  });
}

test('a task whose containers have all stopped uses nothing; one that was not measured yet is not known', () => {
  const none = { 'cpu_cores _task_': 0, 'cpu_usage_ratio _task_': 0, 'cpu_limit_utilization _task_': 0 };
  const stopped = containerView('c', { info: { knownStatus: 'STOPPED' } });
  assert.deepEqual(valuesOf('cpu', taskView({ cpuCores: 1 }, [stopped])), none);
  assert.deepEqual(valuesOf('cpu', taskView({ cpuCores: 1 }, [containerView('c', {})])), {});
  assert.deepEqual(valuesOf('cpu', taskView({ cpuCores: 1 }, [])), {});
  const first = derived({ sample: { cpu: HALF[1] } });
  const counters = { 'cpu_usage_seconds c': 1.5, 'cpu_time_without_mode c': 1.5, 'cpu_online_cpus c': 2 };
  assert.deepEqual(first, counters);
});
