import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CpuPlatform, cpuPlatform, parseCpu } from '../../../src/snapshot/cpu-stats.ts';
import { createInvalidValues } from '../../../src/snapshot/json-values.ts';

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

function parse(document: unknown, platform: CpuPlatform = { tickNs: 1 }): unknown {
  return parseCpu(document, platform, createInvalidValues());
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
  ['missing', undefined, undefined],
  ['null', null, undefined],
  ['empty', {}, undefined],
  ['no total', { cpu_usage: { usage_in_kernelmode: 1 }, online_cpus: 2 }, undefined],
  ['a total of 0 is valid', { cpu_usage: { total_usage: 0 } }, { ...EMPTY, totalNs: 0 }],
  ['a negative total', { cpu_usage: { total_usage: -1 } }, undefined],
  ['early Fargate: no system, no CPUs', { cpu_usage: { total_usage: 7 } }, { ...EMPTY, totalNs: 7 }],
  ['0 CPUs means unknown', { cpu_usage: { total_usage: 7 }, online_cpus: 0 }, { ...EMPTY, totalNs: 7 }],
  ['cgroup v2: no list', { cpu_usage: { total_usage: 7, percpu_usage: null } }, { ...EMPTY, totalNs: 7 }],
  [
    'a list with more entries than a host can have CPUs',
    { cpu_usage: { total_usage: 7, percpu_usage: Array(1025).fill(1) } },
    { ...EMPTY, totalNs: 7 },
  ],
  ['an empty list is ignored', { cpu_usage: { total_usage: 7, percpu_usage: [] } }, { ...EMPTY, totalNs: 7 }],
  [
    'an invalid entry invalidates the list',
    { cpu_usage: { total_usage: 7, percpu_usage: [3, null] } },
    { ...EMPTY, totalNs: 7 },
  ],
];

for (const [what, document, expected] of PARTS) {
  test(`cpu_stats: ${what}`, () => assert.deepEqual(parse(document), expected));
}

test('ticks of 100 ns are converted, except for values in nanoseconds', () => {
  const document = {
    cpu_usage: { total_usage: 30, usage_in_kernelmode: 10, usage_in_usermode: 20 },
    throttling_data: { throttled_time: 5 },
  };
  const expected = { ...EMPTY, totalNs: 3000, kernelNs: 1000, userNs: 2000, throttledNs: 5 };
  assert.deepEqual(parse(document, { tickNs: 100 }), expected);
});

test('CPUs of a Windows host, unless online_cpus is present', () => {
  const total = { cpu_usage: { total_usage: 7 } };
  assert.deepEqual(parse(total, { tickNs: 1, processors: 8 }), { ...EMPTY, totalNs: 7, onlineCpus: 8 });
  const both = { ...total, online_cpus: 2 };
  assert.deepEqual(parse(both, { tickNs: 1, processors: 8 }), { ...EMPTY, totalNs: 7, onlineCpus: 2 });
});

type PlatformCase = readonly [stats: Record<string, unknown>, isFargate: boolean, expected: CpuPlatform];

const PLATFORMS: readonly PlatformCase[] = [
  [{}, false, { tickNs: 1 }],
  [{ num_procs: 0 }, false, { tickNs: 1 }],
  [{ num_procs: 4 }, false, { tickNs: 100, processors: 4 }],
  [{ num_procs: 4 }, true, { tickNs: 1, processors: 4 }],
  [{ num_procs: -4 }, false, { tickNs: 1 }],
];

for (const [stats, isFargate, expected] of PLATFORMS) {
  test(`platform of ${JSON.stringify(stats)}${isFargate ? ' on Fargate' : ''}`, () => {
    assert.deepEqual(cpuPlatform(stats, isFargate, createInvalidValues()), { processors: undefined, ...expected });
  });
}

test('an invalid number of processors is counted', () => {
  const invalidValues = createInvalidValues();
  assert.deepEqual(cpuPlatform({ num_procs: '4' }, false, invalidValues), { tickNs: 1, processors: undefined });
  assert.deepEqual([...invalidValues.counts], [['wrong_type', 1]]);
});
