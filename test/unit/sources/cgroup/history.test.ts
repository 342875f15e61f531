import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskCgroup } from '../../../../src/snapshot/snapshot.ts';
import { type CgroupHistory, updateCgroup } from '../../../../src/sources/cgroup/history.ts';
import type { KernelValues } from '../../../../src/sources/cgroup/kernel-files.ts';

interface Step {
  readonly values?: KernelValues;
  readonly kills?: Readonly<Record<string, number>>;
}

/** The cgroup after each reading, one per nanosecond. */
function updateAll(...steps: readonly Step[]): readonly TaskCgroup[] {
  let history: CgroupHistory | undefined;
  return steps.map(({ values = {}, kills }, at) => {
    const killsByContainer = kills && new Map(Object.entries(kills));
    const step = updateCgroup(history, { values, killsByContainer, readNs: BigInt(at) });
    history = step.history;
    return step.cgroup;
  });
}

const kills = (...steps: readonly Step['kills'][]): readonly (number | undefined)[] =>
  updateAll(...steps.map((one) => (one === undefined ? {} : { kills: one }))).map(({ oomKills }) => oomKills);

test('the quota in cores, if there is one', () => {
  const cores = (values: KernelValues): number | undefined => updateAll({ values })[0]?.quotaCores;
  assert.equal(cores({ quotaUs: 25_000, periodUs: 100_000 }), 0.25);
  assert.equal(cores({ quotaUs: 0, periodUs: 100_000 }), 0);
  assert.equal(cores({ periodUs: 100_000 }), undefined);
  assert.equal(cores({ quotaUs: 25_000 }), undefined);
  assert.equal(cores({ quotaUs: 25_000, periodUs: 0 }), undefined);
});

test('gauges come from the last reading; missing values are absent', () => {
  const [, second] = updateAll(
    { values: { memoryBytes: 5, memoryPeakBytes: 7, cpuNs: 1 } },
    { values: { memoryBytes: 3 } },
  );
  assert.equal(second?.memoryBytes, 3);
  assert.equal(second?.memoryPeakBytes, undefined);
  assert.ok(second !== undefined && !('cpuNs' in second));
});

test('a counter that decreased counts from the previous reading; the others continue', () => {
  const steps = updateAll(
    { values: { cpuNs: 100, periods: 10, throttledPeriods: 5 } },
    { values: { cpuNs: 200, periods: 10 } },
    { values: { cpuNs: 50, periods: 11, throttledPeriods: 4 } },
    { values: { cpuNs: 60, periods: 12, throttledPeriods: 4 } },
    { values: { cpuNs: 1 } },
  );
  assert.deepEqual(
    steps.map(({ startTimeNs }) => startTimeNs),
    [
      {},
      {},
      { cpuNs: 1n, throttledPeriods: 1n },
      { cpuNs: 1n, throttledPeriods: 1n },
      { cpuNs: 3n, throttledPeriods: 1n },
    ],
  );
  assert.deepEqual(
    steps.map(({ cpuNs }) => cpuNs),
    [100, 200, 50, 60, 1],
  );
});

test('v2: kills are those of the cgroup', () => {
  assert.deepEqual(
    updateAll({ values: { oomKills: 3 } }, { values: { oomKills: 4 } }).map(({ oomKills }) => oomKills),
    [3, 4],
  );
});

test('v1: kills are the sum over all containers, including removed ones', () => {
  assert.deepEqual(kills({ a: 0, b: 2 }, { a: 1, b: 2 }, { a: 1 }, {}, { a: 3, c: 1 }), [2, 3, 3, 3, 6]);
});

test('v1: the kills of a container reset with its cgroup', () => {
  assert.deepEqual(kills({ a: 5 }, { a: 2 }, { a: 3 }), [5, 7, 8]);
});

test('v1: kills are unknown until a cgroup reports them', () => {
  assert.deepEqual(kills({}, {}, { a: 0 }, {}), [undefined, undefined, 0, 0]);
});

test('the number of remembered containers is limited', () => {
  let history: CgroupHistory | undefined;
  let oomKills: number | undefined;
  for (let at = 0; at < 5000; at += 1) {
    const step = updateCgroup(history, { values: {}, killsByContainer: new Map([[`c${at}`, 1]]), readNs: BigInt(at) });
    ({ history } = step);
    ({ oomKills } = step.cgroup);
    assert.ok(history.killsByContainer.size <= 1001);
  }
  assert.equal(oomKills, 5000);
});
