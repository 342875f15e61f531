import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInvalidValues, type InvalidValues } from '../../../src/snapshot/json-values.ts';
import type { TaskSnapshot } from '../../../src/snapshot/snapshot.ts';
import { joinStats } from '../../../src/snapshot/stats-document.ts';
import { parseTask } from '../../../src/snapshot/task-document.ts';

const READ = '2026-01-01T00:00:10Z';
const ENTRY = { read: READ, cpu_stats: { cpu_usage: { total_usage: 5 } } };

function join(
  containers: readonly object[],
  stats: unknown,
  invalidValues: InvalidValues = createInvalidValues(),
  launchType?: string,
): TaskSnapshot | undefined {
  const metadata = parseTask({ TaskARN: 'arn', LaunchType: launchType, Containers: containers }, createInvalidValues());
  assert.ok(metadata !== undefined);
  return joinStats(metadata, stats, invalidValues);
}

const ONE = [{ DockerId: 'a', Name: 'app' }];

const NO_SAMPLES: readonly (readonly [what: string, stats: unknown])[] = [
  ['no entry', {}],
  ['null document', null],
  ['null', { a: null }],
  ['an empty object', { a: {} }],
  ['not an object', { a: [] }],
  ['no read', { a: { cpu_stats: { cpu_usage: { total_usage: 5 } } } }],
  ['Docker’s all-zero document', { a: { read: '0001-01-01T00:00:00Z', cpu_stats: { cpu_usage: { total_usage: 0 } } } }],
  ['an invalid read', { a: { ...ENTRY, read: 'soon' } }],
];

for (const [what, stats] of NO_SAMPLES) {
  test(`no sample: ${what}`, () => {
    const container = join(ONE, stats)?.containers[0];
    assert.equal(container?.info.name, 'app');
    assert.equal(container?.sample, undefined);
  });
}

for (const stats of [undefined, [], 'failed to get stats', 5]) {
  test(`not a stats document: ${JSON.stringify(stats)}`, () => assert.equal(join(ONE, stats), undefined));
}

test('a sample with only a time is valid', () => {
  assert.deepEqual(join(ONE, { a: { read: READ } })?.containers[0]?.sample, {
    readNs: 1_767_225_610_000_000_000n,
    cpu: undefined,
    precpu: undefined,
    memory: undefined,
    pids: undefined,
    networks: undefined,
    disk: undefined,
  });
});

test('a task of ten containers and two internal ones on 448 CPUs has all per-CPU values', () => {
  const ids = Array.from({ length: 12 }, (_, index) => `c${index}`);
  const entry = { ...ENTRY, cpu_stats: { cpu_usage: { total_usage: 5, percpu_usage: Array<number>(448).fill(1) } } };
  const containers = ids.map((id, index) => ({ DockerId: id, Name: id, Type: index < 10 ? 'NORMAL' : 'CNI_PAUSE' }));
  const invalidValues = createInvalidValues();
  const snapshot = join(containers, Object.fromEntries(ids.map((id) => [id, entry])), invalidValues);
  const all = [...(snapshot?.containers ?? []), ...(snapshot?.internalContainers ?? [])];
  assert.deepEqual(
    all.map(({ sample }) => sample?.cpu?.perCpuNs?.length),
    ids.map(() => 448),
  );
  assert.equal(invalidValues.counts.size, 0);
});

test('the per-CPU values of all containers together are bounded; the list that exceeds the bound is omitted', () => {
  const ids = Array.from({ length: 6 }, (_, index) => `c${index}`);
  const entry = { ...ENTRY, cpu_stats: { cpu_usage: { total_usage: 5, percpu_usage: Array<number>(1000).fill(1) } } };
  const containers = ids.map((id) => ({ DockerId: id, Name: id }));
  const invalidValues = createInvalidValues();
  const snapshot = join(containers, Object.fromEntries(ids.map((id) => [id, entry])), invalidValues);
  assert.deepEqual(
    snapshot?.containers.map(({ sample }) => sample?.cpu?.perCpuNs?.length),
    [1000, 1000, 1000, 1000, 1000, undefined],
  );
  assert.deepEqual([...invalidValues.counts], [['too_many', 1]]);
});

const BEFORE: readonly (readonly [what: string, preread: string, total: number, hasPrecpu: boolean])[] = [
  ['valid', '2026-01-01T00:00:09Z', 4, true],
  ['a zero date', '0001-01-01T00:00:00Z', 4, false],
  ['a zero total', '2026-01-01T00:00:09Z', 0, false],
];

for (const [what, preread, total, hasPrecpu] of BEFORE) {
  test(`precpu_stats: ${what}`, () => {
    const entry = { ...ENTRY, preread, precpu_stats: { cpu_usage: { total_usage: total } } };
    const precpu = join(ONE, { a: entry })?.containers[0]?.sample?.precpu;
    assert.equal(precpu?.cpu.totalNs, hasPrecpu ? total : undefined);
    assert.equal(precpu?.readNs, hasPrecpu ? 1_767_225_609_000_000_000n : undefined);
  });
}

test('Windows counts in ticks, but not on Fargate', () => {
  const windows = { a: { ...ENTRY, num_procs: 2 } };
  assert.equal(join(ONE, windows)?.containers[0]?.sample?.cpu?.totalNs, 500);
  assert.equal(join(ONE, windows, createInvalidValues(), 'FARGATE')?.containers[0]?.sample?.cpu?.totalNs, 5);
});

test('ids without metadata', () => {
  assert.deepEqual(join(ONE, { a: ENTRY, b: ENTRY, c: null })?.unknownIds, ['b', 'c']);
});

test('the pause container is joined as an internal container', () => {
  const snapshot = join([...ONE, { DockerId: 'p', Name: 'pause', Type: 'CNI_PAUSE' }], { a: ENTRY, p: ENTRY });
  assert.equal(snapshot?.internalContainers[0]?.sample?.cpu?.totalNs, 5);
  assert.deepEqual(snapshot?.unknownIds, []);
});

const created = (id: string, day: number, KnownStatus = 'RUNNING'): object => ({
  DockerId: id,
  Name: 'app',
  KnownStatus,
  CreatedAt: `2026-01-0${day}T00:00:00Z`,
});

const RIVALS: readonly (readonly [what: string, containers: readonly object[], stats: unknown, id: string])[] = [
  ['the running one', [created('a', 1), created('b', 2, 'STOPPED')], { b: ENTRY }, 'a'],
  ['the newer of two running ones', [created('a', 2), created('b', 1)], { a: ENTRY, b: ENTRY }, 'a'],
  ['the newer one, even without stats', [created('a', 1), created('b', 2)], { a: ENTRY }, 'b'],
  ['the newer of two stopped ones', [created('a', 1, 'STOPPED'), created('b', 2, 'STOPPED')], {}, 'b'],
  ['the other one, if one has no creation time', [ONE[0] ?? {}, created('b', 1)], {}, 'b'],
];

for (const [what, containers, stats, id] of RIVALS) {
  test(`two containers with the same name: ${what}`, () => {
    const invalidValues = createInvalidValues();
    const snapshot = join(containers, stats, invalidValues);
    assert.equal(snapshot?.containers.length, 2, 'both count');
    const shown = snapshot?.containers.filter(({ isNameTaken }) => isNameTaken !== true);
    assert.deepEqual(
      shown?.map(({ info }) => info.id),
      [id],
    );
    assert.equal(invalidValues.counts.get('duplicate_name'), 1);
    assert.deepEqual(snapshot?.duplicateNames, ['app']);
    assert.deepEqual(snapshot?.unknownIds, []);
  });
}

test('the name of the task totals is reserved', () => {
  const invalidValues = createInvalidValues();
  const snapshot = join(
    [
      { DockerId: 'a', Name: '_task_' },
      { DockerId: 'b', Name: '_task' },
    ],
    {},
    invalidValues,
  );
  assert.deepEqual(
    snapshot?.containers.map(({ info, isNameTaken }) => [info.name, isNameTaken]),
    [
      ['_task', undefined],
      ['_task_', true],
    ],
  );
  assert.deepEqual([...invalidValues.counts], [['reserved_name', 1]]);
});

test('names and ids can be those of members of Object', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
  const stats: unknown = JSON.parse(`{"__proto__": ${JSON.stringify(ENTRY)}}`);
  const invalidValues = createInvalidValues();
  const snapshot = join(
    names.map((name) => ({ DockerId: name, Name: name })),
    stats,
    invalidValues,
  );
  assert.deepEqual([...invalidValues.counts], []);
  const withStats = snapshot?.containers.filter(({ sample }) => sample !== undefined);
  assert.equal(snapshot?.containers.length, 4);
  assert.deepEqual(
    withStats?.map(({ info }) => info.name),
    ['__proto__'],
  );
});

const ZEROS: readonly (readonly [what: string, stats: object, isSample: boolean])[] = [
  ['zeros, and empty memory stats', { memory_stats: {} }, false],
  ['zeros, and no memory stats', {}, false],
  ['zeros, and a memory usage of 0', { memory_stats: { usage: 0 } }, false],
  [
    'zeros, with networks and an advancing host CPU time',
    { networks: { eth0: { rx_bytes: 5 } }, memory_stats: null },
    false,
  ],
  ['no CPU time yet, but memory in use', { memory_stats: { usage: 4096 } }, true],
  ['no CPU time yet on Windows, but a working set', { num_procs: 2, memory_stats: { privateworkingset: 4096 } }, true],
];

for (const [what, stats, isSample] of ZEROS) {
  test(`a zero reading is not a sample: ${what}`, () => {
    const cpu_stats = { cpu_usage: { total_usage: 0 }, system_cpu_usage: 9e15, online_cpus: 2 };
    const snapshot = join(ONE, { a: { ...ENTRY, cpu_stats, ...stats } });
    assert.equal(snapshot?.containers[0]?.sample !== undefined, isSample);
  });
}

for (const systemCpu of [2 ** 60, 1.17e18, 9e18]) {
  test(`${systemCpu} ns of CPU time are valid on a large host`, () => {
    const invalidValues = createInvalidValues();
    const cpu_stats = { cpu_usage: { total_usage: 2 ** 60 }, system_cpu_usage: systemCpu };
    const cpu = join(ONE, { a: { ...ENTRY, cpu_stats } }, invalidValues)?.containers[0]?.sample?.cpu;
    assert.equal(cpu?.systemNs, systemCpu);
    assert.equal(cpu?.totalNs, 2 ** 60);
    assert.equal(invalidValues.counts.size, 0);
  });
}

test('an unsigned underflow of CPU time is invalid', () => {
  const invalidValues = createInvalidValues();
  const cpu_stats = { cpu_usage: { total_usage: 5 }, system_cpu_usage: 2 ** 64 - 4096 };
  assert.equal(
    join(ONE, { a: { ...ENTRY, cpu_stats } }, invalidValues)?.containers[0]?.sample?.cpu?.systemNs,
    undefined,
  );
  assert.deepEqual([...invalidValues.counts], [['out_of_range', 1]]);
});
