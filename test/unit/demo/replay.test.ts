import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOCUMENTS } from '../../../src/demo/replay.ts';
import { at, listAt, numberAt, textAt } from '../../real/json.ts';

const SECONDS = 400;
const RUNNING = ['web', 'worker', 'ecs-container-exporter', 'flaky'];
/** Page faults and pages in and out. */
const MEMORY_COUNTER = /^(?:total_)?pg/;

function document(path: string, seconds: number): unknown {
  return DOCUMENTS.get(path)?.(seconds);
}

function container(name: string, seconds: number): unknown {
  return listAt(document('/task', seconds), 'Containers').find((one) => textAt(one, 'Name') === name);
}

function stats(name: string, seconds: number): unknown {
  return at(document('/task/stats', seconds), textAt(container(name, 0), 'DockerId'));
}

/** Numbers below a member, by path. */
function numbers(value: unknown, path = ''): readonly (readonly [string, number])[] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => numbers(member, `${path}/${key}`));
}

/** Cumulative values: of the host and the task, and of the container unless it has restarted. */
function counters(of: unknown, includesContainer: boolean): ReadonlyMap<string, number> {
  const shared = [
    ...numbers(at(of, 'networks'), 'networks'),
    ...numbers(at(of, 'cpu_stats', 'system_cpu_usage'), 'system'),
  ];
  if (!includesContainer) return new Map(shared);
  const memory = numbers(at(of, 'memory_stats', 'stats')).filter(([path]) => MEMORY_COUNTER.test(path.slice(1)));
  return new Map([
    ...shared,
    ...numbers(at(of, 'cpu_stats'), 'cpu'),
    ...numbers(at(of, 'blkio_stats'), 'blkio'),
    ...memory,
    ['max_usage', numberAt(of, 'memory_stats', 'max_usage')],
  ]);
}

for (const name of RUNNING) {
  test(`${name}: counters never decrease within a run`, () => {
    let restarts = 0;
    for (let seconds = 1; seconds < SECONDS; seconds += 1) {
      const [previous, current] = [stats(name, seconds - 1), stats(name, seconds)];
      const hasRestarted =
        textAt(container(name, seconds - 1), 'StartedAt') !== textAt(container(name, seconds), 'StartedAt');
      if (hasRestarted) restarts += 1;
      const before = counters(previous, !hasRestarted);
      for (const [path, value] of counters(current, !hasRestarted)) {
        assert.ok(value >= (before.get(path) ?? Number.NaN), `${path} at ${seconds} s`);
      }
      for (const [path, value] of numbers(current)) {
        assert.ok(Number.isInteger(value) && value >= 0, `${path} is ${value} at ${seconds} s`);
      }
    }
    assert.equal(restarts, name === 'flaky' ? 4 : 0);
    const usage = (seconds: number) => numberAt(stats(name, seconds), 'cpu_stats', 'cpu_usage', 'total_usage');
    assert.ok(usage(80) > usage(0));
  });

  test(`${name}: the previous values are those of the sample before, or zero after a start`, () => {
    for (let seconds = 1; seconds < SECONDS; seconds += 1) {
      const [previous, current] = [stats(name, seconds - 1), stats(name, seconds)];
      assert.equal(Date.parse(textAt(current, 'read')) - Date.parse(textAt(previous, 'read')), 1000);
      if (name === 'flaky' && seconds % 90 === 0) {
        assert.equal(textAt(current, 'preread'), '0001-01-01T00:00:00Z');
        assert.equal(numberAt(current, 'precpu_stats', 'cpu_usage', 'total_usage'), 0);
      } else {
        assert.equal(textAt(current, 'preread'), textAt(previous, 'read'));
        assert.deepEqual(at(current, 'precpu_stats'), at(previous, 'cpu_stats'));
      }
    }
  });

  test(`${name}: CPU time and memory vary, within the limits`, () => {
    const shares = new Set<number>();
    const levels = new Set<number>();
    for (let seconds = 1; seconds < 90; seconds += 1) {
      const current = stats(name, seconds);
      const grown = (...path: readonly string[]) =>
        numberAt(current, 'cpu_stats', ...path) - numberAt(current, 'precpu_stats', ...path);
      const elapsedNs = grown('system_cpu_usage') / numberAt(current, 'cpu_stats', 'online_cpus');
      assert.ok(Math.abs(elapsedNs / 1e9 - 1) < 0.05, `${elapsedNs} ns of host time per second`);
      shares.add(grown('cpu_usage', 'total_usage') / elapsedNs);
      const memory = (...path: readonly string[]) => numberAt(current, 'memory_stats', ...path);
      levels.add(memory('usage'));
      assert.ok(memory('usage') <= Math.min(memory('limit'), memory('stats', 'hierarchical_memory_limit')));
      assert.ok(memory('usage') <= memory('max_usage'));
      assert.ok(memory('usage') >= memory('stats', 'rss') + memory('stats', 'cache'));
    }
    assert.ok(Math.max(...shares) < 0.5 && Math.min(...shares) > 0);
    assert.ok(Math.max(...shares) > 2 * Math.min(...shares));
    assert.ok(levels.size > 5);
  });
}

test('sample 0 is the recorded one', () => {
  const usage = numberAt(stats('web', 0), 'cpu_stats', 'cpu_usage', 'total_usage');
  const ageS =
    (Date.parse(textAt(stats('web', 0), 'read')) - Date.parse(textAt(container('web', 0), 'StartedAt'))) / 1000;
  assert.equal(usage, 17_097_091_303);
  assert.ok(ageS > 200 && ageS < 300);
});

test('a restart in place shows in metadata and statistics at once', () => {
  assert.deepEqual(
    [89, 90, 179, 180].map((seconds) => at(container('flaky', seconds), 'RestartCount')),
    [0, 1, 1, 2],
  );
  const [started, read] = [textAt(container('flaky', 90), 'StartedAt'), textAt(stats('flaky', 90), 'read')].map(
    (time) => Date.parse(time),
  );
  assert.ok(started !== undefined && read !== undefined && started < read && started > read - 1000);
  assert.equal(textAt(container('flaky', 90), 'CreatedAt'), textAt(container('flaky', 0), 'CreatedAt'));
});

test('a container that has stopped has no statistics', () => {
  assert.equal(stats('migrate', 5), null);
  assert.equal(textAt(container('migrate', 5), 'KnownStatus'), 'STOPPED');
  assert.equal(at(container('migrate', 5), 'ExitCode'), 0);
});

test('every container repeats the counters of the one network namespace', () => {
  const [first, ...others] = RUNNING.map((name) => at(stats(name, 30), 'networks'));
  assert.deepEqual(Object.keys(Object(first)), ['eth0', 'eth1']);
  for (const other of others) assert.deepEqual(other, first);
});
