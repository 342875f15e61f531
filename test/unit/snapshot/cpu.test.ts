import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCpu, tickLength } from '../../../src/snapshot/cpu.ts';
import { createRefusals } from '../../../src/snapshot/refusals.ts';

const EMPTY = {
  kernelNs: undefined,
  userNs: undefined,
  perCpuNs: undefined,
  systemNs: undefined,
  onlineCpus: undefined,
  throttlePeriods: undefined,
  throttledPeriods: undefined,
  throttledNs: undefined,
};

function parse(document: unknown, tickNs = 1): unknown {
  return parseCpu(document, tickNs, createRefusals());
}

test('all members of cpu_stats', () => {
  assert.deepEqual(
    parse({
      cpu_usage: {
        total_usage: 1000,
        percpu_usage: [400, 600, 0, 0],
        usage_in_kernelmode: 100,
        usage_in_usermode: 900,
      },
      system_cpu_usage: 5000,
      online_cpus: 2,
      throttling_data: { periods: 3, throttled_periods: 2, throttled_time: 1 },
    }),
    {
      totalNs: 1000,
      kernelNs: 100,
      userNs: 900,
      perCpuNs: [400, 600, 0, 0],
      systemNs: 5000,
      onlineCpus: 2,
      throttlePeriods: 3,
      throttledPeriods: 2,
      throttledNs: 1,
    },
  );
});

const PARTS: readonly (readonly [what: string, document: unknown, expected: unknown])[] = [
  ['nothing', undefined, undefined],
  ['null', null, undefined],
  ['empty', {}, undefined],
  ['no total', { cpu_usage: { usage_in_kernelmode: 1 }, online_cpus: 2 }, undefined],
  ['a total of 0 is a total', { cpu_usage: { total_usage: 0 } }, { ...EMPTY, totalNs: 0 }],
  ['a negative total', { cpu_usage: { total_usage: -1 } }, undefined],
  ['early Fargate: no system, no CPUs', { cpu_usage: { total_usage: 7 } }, { ...EMPTY, totalNs: 7 }],
  ['0 CPUs are no number of CPUs', { cpu_usage: { total_usage: 7 }, online_cpus: 0 }, { ...EMPTY, totalNs: 7 }],
  ['cgroup v2: no list', { cpu_usage: { total_usage: 7, percpu_usage: null } }, { ...EMPTY, totalNs: 7 }],
  [
    'a list longer than any host has CPUs',
    { cpu_usage: { total_usage: 7, percpu_usage: Array(1025).fill(1) } },
    { ...EMPTY, totalNs: 7 },
  ],
  ['an empty list says nothing', { cpu_usage: { total_usage: 7, percpu_usage: [] } }, { ...EMPTY, totalNs: 7 }],
  [
    'one odd entry spoils the list',
    { cpu_usage: { total_usage: 7, percpu_usage: [3, null] } },
    { ...EMPTY, totalNs: 7 },
  ],
];

for (const [what, document, expected] of PARTS) {
  test(`cpu_stats: ${what}`, () => assert.deepEqual(parse(document), expected));
}

test('ticks of 100 ns are counted in nanoseconds, but not what is counted in nanoseconds anyway', () => {
  const document = {
    cpu_usage: { total_usage: 30, usage_in_kernelmode: 10, usage_in_usermode: 20 },
    throttling_data: { throttled_time: 5 },
  };
  assert.deepEqual(parse(document, 100), { ...EMPTY, totalNs: 3000, kernelNs: 1000, userNs: 2000, throttledNs: 5 });
});

const TICKS: readonly (readonly [stats: Record<string, unknown>, isFargate: boolean, ns: number])[] = [
  [{}, false, 1],
  [{ num_procs: 0 }, false, 1],
  [{ num_procs: 4 }, false, 100],
  [{ num_procs: 4 }, true, 1],
  [{ num_procs: '4' }, false, 1],
];

for (const [stats, isFargate, ns] of TICKS) {
  test(`a tick of ${JSON.stringify(stats)}${isFargate ? ' on Fargate' : ''} is ${ns} ns`, () => {
    assert.equal(tickLength(stats, isFargate), ns);
  });
}
