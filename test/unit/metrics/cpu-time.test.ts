import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../../src/metrics/evaluate.ts';
import type { CpuCounters } from '../../../src/snapshot/snapshot.ts';
import { containerView, createValueSink, taskView, valuesOf } from './views.ts';

/** Values of container c with these counters, without a previous reading. */
function values(cpu: CpuCounters): Readonly<Record<string, number>> {
  return valuesOf('cpu', taskView({}, [containerView('c', { sample: { cpu } })]));
}

type ModeCase = readonly [what: string, cpu: CpuCounters, expected: Readonly<Record<string, number>>];

/** cgroup v1 counts modes in ticks of 10 ms: 2.83 + 0.06 s of 2.898220414 s. */
const STEPPED: CpuCounters = { totalNs: 2_898_220_414, kernelNs: 2_830_000_000, userNs: 60_000_000 };

const MODES: readonly ModeCase[] = [
  [
    'both modes, and the exact total',
    STEPPED,
    { 'cpu_usage_seconds c': 2.898220414, 'cpu_user_seconds c': 0.06, 'cpu_system_seconds c': 2.83 },
  ],
  [
    '0 is a time',
    { totalNs: 1e9, kernelNs: 0, userNs: 0 },
    { 'cpu_usage_seconds c': 1, 'cpu_user_seconds c': 0, 'cpu_system_seconds c': 0 },
  ],
  ['none', { totalNs: 1e9 }, { 'cpu_usage_seconds c': 1, 'cpu_time_without_mode c': 1 }],
  ['only user mode', { totalNs: 1e9, userNs: 9e8 }, { 'cpu_usage_seconds c': 1, 'cpu_time_without_mode c': 1 }],
  ['only kernel mode', { totalNs: 1e9, kernelNs: 9e8 }, { 'cpu_usage_seconds c': 1, 'cpu_time_without_mode c': 1 }],
];

for (const [what, cpu, expected] of MODES) {
  test(`CPU time by mode: ${what}`, () => assert.deepEqual(values(cpu), expected));
}

test('CPU time per CPU, without CPUs that were never used', () => {
  const series = values({ totalNs: 3e9, perCpuNs: [1e9, 0, 2e9, 0, 0] });
  const logical = Object.entries(series).filter(([key]) => key.startsWith('cpu_logical_seconds'));
  assert.deepEqual(logical, [
    ['cpu_logical_seconds c {"cpu":0}', 1],
    ['cpu_logical_seconds c {"cpu":2}', 2],
  ]);
});

test('per-CPU times are not read unless selected', () => {
  const sink = createValueSink('cpu');
  const cpu = Object.defineProperty({ totalNs: 3e9 }, 'perCpuNs', { get: () => assert.fail('looked at') });
  const isExported: typeof sink.isExported = (row, level) =>
    sink.isExported(row, level) && !/^(?:cpu_logical|percpu|cpu_limit)/.test(row);
  evaluate(taskView({ cpuCores: 1 }, [containerView('c', { sample: { cpu } })]), { ...sink, isExported });
  assert.ok(sink.values.size > 0);
});

test('CPUs of the host, if reported', () => {
  assert.equal(values({ totalNs: 0, onlineCpus: 4 })['cpu_online_cpus c'], 4);
  assert.equal(values({ totalNs: 0 })['cpu_online_cpus c'], undefined);
});

test('no values without CPU counters', () => {
  assert.deepEqual(valuesOf('cpu', taskView({}, [containerView('c', { sample: {} }), containerView('d', {})])), {});
});

test('throttling: ecs gauges always, semconv counters once a period has passed', () => {
  const none = { totalNs: 0, throttlePeriods: 0, throttledPeriods: 0, throttledNs: 0 };
  const still = values(none);
  assert.equal(still['cpu_throttle_periods c'], 0);
  assert.equal(still['throttling_periods c'], undefined);
  const moved = values({ totalNs: 0, throttlePeriods: 5, throttledPeriods: 2, throttledNs: 3e9 });
  assert.equal(moved['cpu_throttle_throttled_time c'], 3e9);
  assert.equal(moved['throttling_periods c'], 5);
  assert.equal(moved['throttling_throttled_periods c'], 2);
  assert.equal(moved['throttling_throttled_time c'], 3);
});
