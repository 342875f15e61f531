import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuLimitCores, memoryLimitBytes } from '../../../src/metrics/limits.ts';
import type { MemoryStats } from '../../../src/snapshot/snapshot.ts';
import { containerView, taskView, valuesOf } from './views.ts';

const MIB = 1024 ** 2;

const CPU: readonly (readonly [
  units: number | undefined,
  taskCores: number | undefined,
  expected: number | undefined,
])[] = [
  [256, 1, 0.25],
  [256, undefined, 0.25],
  [2048, 1, 2],
  [1, 4, 1 / 1024],
  // 0 and 2 mean unset.
  [2, 0.5, 0.5],
  [0, 0.5, 0.5],
  [undefined, 0.5, 0.5],
  [2, undefined, undefined],
  [0, 0, undefined],
  [undefined, undefined, undefined],
];

for (const [cpuUnits, cpuCores, expected] of CPU) {
  test(`CPU units ${cpuUnits} in a task of ${cpuCores} vCPU: ${expected} cores`, () => {
    const { info } = containerView('c', { info: { cpuUnits } });
    assert.equal(cpuLimitCores(info, { cpuCores }), expected);
  });
}

type MemoryCase = readonly [
  what: string,
  own: number | undefined,
  memory: MemoryStats | undefined,
  ofTask: number | undefined,
  expected: number | undefined,
];

const MEMORY: readonly MemoryCase[] = [
  ['limit of the container', 64, { hierarchicalLimitBytes: 1, limitBytes: 2 }, 512, 64 * MIB],
  ['0 means unset: hierarchical limit', 0, { hierarchicalLimitBytes: 1000, limitBytes: 2 }, 512, 1000],
  ['a hierarchical limit of 0 is ignored', 0, { hierarchicalLimitBytes: 0, limitBytes: 2000 }, undefined, 2000],
  ['missing means unset: hierarchical limit', undefined, { hierarchicalLimitBytes: 1000 }, undefined, 1000],
  ['v2 on EC2: the smaller of host memory and task limit', 0, { limitBytes: 8 * 1024 * MIB }, 512, 512 * MIB],
  ['v2: the limit that Docker reports is smaller', 0, { limitBytes: 100 * MIB }, 512, 100 * MIB],
  ['v2 on EC2 without limits: host memory', 0, { limitBytes: 8000 }, undefined, 8000],
  ['no reported limit: task limit', 0, {}, 512, 512 * MIB],
  ['a reported limit of 0 is ignored', 0, { limitBytes: 0 }, 512, 512 * MIB],
  ['no memory stats: task limit', undefined, undefined, 512, 512 * MIB],
  ['a task limit of 0 is ignored', undefined, { limitBytes: 70 }, 0, 70],
  ['no limit', undefined, {}, undefined, undefined],
];

for (const [what, memoryMib, memory, taskMib, expected] of MEMORY) {
  test(`memory limit: ${what}`, () => {
    const { info, sample } = containerView('c', { info: { memoryMib }, sample: { memory } });
    assert.equal(memoryLimitBytes(info, sample, { memoryMib: taskMib }), expected);
  });
}

test('unset limits are 0 as in 2.4.0; the effective limit is absent', () => {
  const view = taskView({}, [containerView('a', {}), containerView('b', { info: { cpuUnits: 2, memoryMib: 64 } })]);
  assert.deepEqual(valuesOf('limits', view), {
    'cpu_limit _task_': 0,
    'mem_limit _task_': 0,
    'cpu_limit a': 0,
    'mem_limit a': 0,
    'cpu_limit b': 2,
    'mem_limit b': 64,
  });
});

test('the limits of the task in CPU units, MiB and cores', () => {
  const view = taskView({ cpuCores: 0.25, memoryMib: 512 }, [containerView('a', { info: { cpuUnits: 128 } })]);
  assert.deepEqual(valuesOf('limits', view), {
    'cpu_limit _task_': 256,
    'mem_limit _task_': 512,
    'cpu_limit_cores _task_': 0.25,
    'cpu_limit a': 128,
    'mem_limit a': 0,
    'cpu_limit_cores a': 0.125,
    'cpu_reservation a': 0.125,
  });
});
