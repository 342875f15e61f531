import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskCgroup } from '../../../../src/snapshot/snapshot.ts';
import { type CgroupHistory, followCgroup } from '../../../../src/sources/cgroup/history.ts';
import type { KernelValues } from '../../../../src/sources/cgroup/kernel-values.ts';

interface Step {
  readonly values?: KernelValues;
  readonly kills?: Readonly<Record<string, number>>;
}

/** What is known after each of the readings, one a nanosecond. */
function follow(...steps: readonly Step[]): readonly TaskCgroup[] {
  let history: CgroupHistory | undefined;
  return steps.map(({ values = {}, kills }, at) => {
    const killsByContainer = kills && new Map(Object.entries(kills));
    const step = followCgroup(history, { values, killsByContainer, readNs: BigInt(at) });
    history = step.history;
    return step.cgroup;
  });
}

const kills = (...steps: readonly Step['kills'][]): readonly (number | undefined)[] =>
  follow(...steps.map((one) => (one === undefined ? {} : { kills: one }))).map(({ oomKills }) => oomKills);

test('the quota in cores, where there is one', () => {
  const cores = (values: KernelValues): number | undefined => follow({ values })[0]?.quotaCores;
  assert.equal(cores({ quotaUs: 25_000, periodUs: 100_000 }), 0.25);
  assert.equal(cores({ quotaUs: 0, periodUs: 100_000 }), 0);
  assert.equal(cores({ periodUs: 100_000 }), undefined);
  assert.equal(cores({ quotaUs: 25_000 }), undefined);
  assert.equal(cores({ quotaUs: 25_000, periodUs: 0 }), undefined);
});

test('levels are the last reading’s, and what is missing is not there', () => {
  const [, second] = follow(
    { values: { memoryBytes: 5, memoryPeakBytes: 7, cpuNs: 1 } },
    { values: { memoryBytes: 3 } },
  );
  assert.equal(second?.memoryBytes, 3);
  assert.equal(second?.memoryPeakBytes, undefined);
  assert.ok(second !== undefined && !('cpuNs' in second));
});

test('a counter that fell counts since the reading before; the others go on', () => {
  const steps = follow(
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

test('kills on v2 are the cgroup’s own', () => {
  assert.deepEqual(
    follow({ values: { oomKills: 3 } }, { values: { oomKills: 4 } }).map(({ oomKills }) => oomKills),
    [3, 4],
  );
});

test('kills on v1: the sum over the containers, also over those whose cgroup is gone', () => {
  assert.deepEqual(kills({ a: 0, b: 2 }, { a: 1, b: 2 }, { a: 1 }, {}, { a: 3, c: 1 }), [2, 3, 3, 3, 6]);
});

test('kills on v1: a container whose cgroup was made again counts anew', () => {
  assert.deepEqual(kills({ a: 5 }, { a: 2 }, { a: 3 }), [5, 7, 8]);
});

test('kills on v1: unknown until some cgroup tells', () => {
  assert.deepEqual(kills({}, {}, { a: 0 }, {}), [undefined, undefined, 0, 0]);
});

test('containers that come and go by the thousand are not remembered for ever', () => {
  let history: CgroupHistory | undefined;
  let oomKills: number | undefined;
  for (let at = 0; at < 5000; at += 1) {
    const step = followCgroup(history, { values: {}, killsByContainer: new Map([[`c${at}`, 1]]), readNs: BigInt(at) });
    ({ history } = step);
    ({ oomKills } = step.cgroup);
    assert.ok(history.killsByContainer.size <= 1001);
  }
  assert.equal(oomKills, 5000);
});
