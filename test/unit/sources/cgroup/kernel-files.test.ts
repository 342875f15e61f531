import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type KernelFiles,
  type KernelValues,
  limitIn,
  VERSION_1,
  VERSION_1_KILLS,
  VERSION_2,
} from '../../../../src/sources/cgroup/kernel-files.ts';
import { OOM_CONTROL, VERSION_1_TEXTS, VERSION_2_TEXTS } from './cgroup-tree.ts';

/** The values in a text, and the number of malformed values. */
function parsed(files: KernelFiles, name: string, text: string): readonly [KernelValues, malformed: number] {
  const file = [...Object.values(files).flat(), VERSION_1_KILLS].find((one) => one.name === name);
  assert.ok(file !== undefined, name);
  let malformed = 0;
  const values = file.parse(text, () => {
    malformed += 1;
  });
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  return [Object.fromEntries(present), malformed];
}

function allOf(files: KernelFiles, texts: Readonly<Record<string, string>>): KernelValues {
  const values = Object.entries(texts).map(([name, text]) => {
    const [found, malformed] = parsed(files, name, text);
    assert.equal(malformed, 0, name);
    return found;
  });
  return Object.assign({}, ...values);
}

test('v1: every file', () => {
  assert.deepEqual(allOf(VERSION_1, { ...VERSION_1_TEXTS, 'memory.oom_control': OOM_CONTROL }), {
    periods: 161,
    throttledPeriods: 158,
    throttledNs: 10_280_255_365,
    quotaUs: 25_000,
    periodUs: 100_000,
    cpuNs: 4_803_924_796,
    memoryBytes: 19_496_960,
    memoryPeakBytes: 20_000_768,
    memoryLimitBytes: 67_108_864,
    memoryLimitHits: 138,
    oomKills: 2,
  });
});

test('v2: every file, with times in nanoseconds', () => {
  assert.deepEqual(allOf(VERSION_2, VERSION_2_TEXTS), {
    cpuNs: 54_065_056_000,
    periods: 1763,
    throttledPeriods: 234,
    throttledNs: 7_371_768_000,
    quotaUs: 50_000,
    periodUs: 100_000,
    memoryBytes: 331_776,
    memoryPeakBytes: 15_429_632,
    memoryLimitBytes: 67_108_864,
    memoryLimitHits: 12,
    oomKills: 3,
  });
});

test('the tables list exactly the files above', () => {
  const names = (files: KernelFiles): readonly string[] =>
    Object.values(files).flatMap((some) => some.map(({ name }) => name));
  assert.deepEqual(names(VERSION_1), Object.keys(VERSION_1_TEXTS));
  assert.deepEqual(names(VERSION_2), Object.keys(VERSION_2_TEXTS));
});

const VALID: readonly (readonly [files: KernelFiles, name: string, text: string, KernelValues])[] = [
  [VERSION_1, 'cpu.cfs_quota_us', '-1\n', {}],
  [VERSION_1, 'memory.limit_in_bytes', '9223372036854771712\n', {}],
  [VERSION_1, 'memory.limit_in_bytes', '9223372036854710272\n', {}],
  [VERSION_2, 'cpu.max', 'max 100000\n', { periodUs: 100_000 }],
  [VERSION_2, 'memory.max', 'max\n', {}],
  // Without the cpu controller the kernel counts time alone; before 4.13 it did not count kills.
  [VERSION_2, 'cpu.stat', 'usage_usec 5\nuser_usec 3\nsystem_usec 2\n', { cpuNs: 5000 }],
  [VERSION_1, 'memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\n', {}],
  [VERSION_2, 'memory.events', 'low 0\nhigh 0\nmax 0\noom 0\n', { memoryLimitHits: 0 }],
];

for (const [files, name, text, values] of VALID) {
  test(`valid ${name}: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(parsed(files, name, text), [values, 0]);
  });
}

const MALFORMED: readonly (readonly [files: KernelFiles, name: string, text: string, KernelValues])[] = [
  [VERSION_1, 'cpu.stat', '', {}],
  [VERSION_1, 'cpu.stat', '<html>\n', {}],
  [VERSION_1, 'cpu.stat', 'nr_periods -1\nnr_throttled 2\n', { throttledPeriods: 2 }],
  [VERSION_1, 'cpu.stat', 'nr_periods 1e3\nnr_throttled 0x10\nthrottled_time 7', { throttledNs: 7 }],
  [VERSION_1, 'cpu.stat', 'nr_periods\nnr_throttled  2\nthrottled_time 18446744073709551615\n', {}],
  [VERSION_1, 'cpu.cfs_quota_us', '-2\n', {}],
  [VERSION_1, 'cpuacct.usage', '\n', {}],
  [VERSION_1, 'cpuacct.usage', '12 13\n', {}],
  [VERSION_1, 'memory.usage_in_bytes', `${'9'.repeat(10_000)}\n`, {}],
  [VERSION_2, 'cpu.max', '\n', {}],
  [VERSION_2, 'cpu.max', '50000\n', { quotaUs: 50_000 }],
  [VERSION_2, 'memory.current', 'max\n', {}],
  [VERSION_2, 'memory.max', 'NaN\n', {}],
  [VERSION_1, 'memory.oom_control', 'oom_kill 1.5\n', {}],
  [VERSION_2, 'memory.events', '__proto__ 1\nconstructor 2\n', {}],
];

for (const [files, name, text, values] of MALFORMED) {
  test(`malformed ${name}: ${JSON.stringify(text.slice(0, 60))}`, () => {
    const [found, malformed] = parsed(files, name, text);
    assert.deepEqual(found, values);
    assert.ok(malformed > 0);
  });
}

test('a limit just below the sentinels is a limit', () => {
  const onMalformed = (): void => assert.fail();
  assert.equal(limitIn(`${2 ** 59}`, onMalformed), 2 ** 59);
  assert.equal(limitIn('0', onMalformed), 0);
});
