import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulatedTask, type SimulatedTask } from '../../bench/simulator/simulated-task.ts';
import { RECORDED_CONTAINER, RECORDED_STATS } from './recorded.ts';

const ORIGIN_MS = Date.parse('2026-11-22T12:00:00Z');
const TASK_LIMIT_BYTES = 2048 * 2 ** 20;
const SECONDS = 1500;

type Entry = ReturnType<SimulatedTask['stats']>[string];
type Stats = NonNullable<Entry>;

function createTask(options: { seed?: number; sampleMs?: number; replicas?: number } = {}): SimulatedTask {
  return createSimulatedTask({ seed: 1, originMs: ORIGIN_MS, sampleMs: 1000, ...options });
}

/** The stats of one container, one per second. */
function runOf(task: SimulatedTask, name: string, seconds = SECONDS): readonly Entry[] {
  const id = idOf(task, name);
  return Array.from({ length: seconds }, (_, second) => task.stats(second * 1000)[id] ?? null);
}

function idOf(task: SimulatedTask, name: string): string {
  return containerOf(task, name, 0).DockerId;
}

function containerOf(task: SimulatedTask, name: string, sinceStartMs: number) {
  return task.task(sinceStartMs).Containers.find(({ Name }) => Name === name) ?? assert.fail(`no container ${name}`);
}

/** All cumulative counters of a document, by name. */
function countersOf(stats: Stats): Map<string, number> {
  const { cpu_usage: cpu, system_cpu_usage } = stats.cpu_stats;
  const counters: [string, number][] = [
    ['total', cpu.total_usage],
    ['kernel', cpu.usage_in_kernelmode],
    ['user', cpu.usage_in_usermode],
    ['system', system_cpu_usage],
    ['max_usage', stats.memory_stats.max_usage],
    ['pgfault', stats.memory_stats.stats.pgfault],
    ['pgmajfault', stats.memory_stats.stats.pgmajfault],
    ['pgpgin', stats.memory_stats.stats.pgpgin],
    ['pgpgout', stats.memory_stats.stats.pgpgout],
    ...cpu.percpu_usage.map((value, index): [string, number] => [`cpu ${index}`, value]),
  ];
  for (const list of ['io_service_bytes_recursive', 'io_serviced_recursive'] as const) {
    counters.push(...stats.blkio_stats[list].map(({ op, value }): [string, number] => [`${list} ${op}`, value]));
  }
  return new Map(counters);
}

function networkCountersOf(stats: Stats): Map<string, number> {
  const all = Object.entries(stats.networks).flatMap(([device, counters]) =>
    Object.entries(counters).map(([key, value]): [string, number] => [`${device} ${key}`, value]),
  );
  return new Map(all);
}

function assertNotFalling(
  previous: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
  when: string,
): void {
  assert.deepEqual([...current.keys()], [...previous.keys()]);
  for (const [name, value] of current) {
    assert.ok(Number.isSafeInteger(value) || value % 1e7 === 0, `${name} is ${value}`);
    assert.ok(value >= (previous.get(name) ?? Number.NaN), `${name} fell, ${when}`);
  }
}

/** Names of members at every depth; the elements of a list, like the interfaces of a network, share one path. */
function pathsOf(value: unknown, path = ''): Set<string> {
  const paths = new Set<string>([path]);
  if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      const step = Array.isArray(value) || path === '.networks' ? '*' : key;
      for (const found of pathsOf(member, `${path}.${step}`)) {
        paths.add(found);
      }
    }
  }
  return paths;
}

test('stats have the members of a recording, except that pids_stats is empty as on Fargate', () => {
  const web = runOf(createTask(), 'web', 60).at(-1);
  const recorded = pathsOf(RECORDED_STATS);
  assert.ok(recorded.delete('.pids_stats.current'));
  assert.deepEqual([...pathsOf(web)].sort(), [...recorded].sort());
});

test('a container has the members of a recording, and those of Fargate', () => {
  const migrate = containerOf(createTask(), 'migrate', 60_000);
  const extra = ['ContainerARN', 'Limits', 'LogDriver', 'LogOptions', 'Snapshotter'];
  assert.deepEqual(Object.keys(migrate).sort(), [...Object.keys(RECORDED_CONTAINER), ...extra].sort());
  const labels = Object.keys(migrate.Labels).filter((key) => key.startsWith('com.amazonaws.'));
  assert.deepEqual(labels.sort(), Object.keys(RECORDED_CONTAINER.Labels).sort());
  assert.match(migrate.DockerId, /^[0-9a-f]{32}-\d{10}$/);
});

test('the task is a Fargate task', () => {
  const task = createTask().task(720_000);
  assert.equal(task.LaunchType, 'FARGATE');
  assert.match(task.Cluster, /^arn:aws:ecs:[a-z0-9-]+:\d{12}:cluster\/demo$/);
  assert.match(task.TaskARN, /:task\/demo\/[0-9a-f]{32}$/);
  assert.deepEqual(task.Limits, { CPU: 1, Memory: 2048 });
  assert.ok(task.EphemeralStorageMetrics.Utilized < task.EphemeralStorageMetrics.Reserved);
  assert.equal(task.ClockDrift.ClockSynchronizationStatus, 'SYNCHRONIZED');
  assert.deepEqual(
    task.Containers.map(({ Name }) => Name),
    ['web', 'worker', 'ecs-container-exporter', 'migrate', 'flaky'],
  );
});

for (const name of ['web', 'worker', 'ecs-container-exporter']) {
  test(`no counter of ${name} decreases, and precpu_stats equals the cpu_stats of the previous sample`, () => {
    let previous: Stats | undefined;
    for (const [second, stats] of runOf(createTask(), name).entries()) {
      if (stats === null) {
        assert.equal(previous, undefined, `no gap at ${second} s`);
        continue;
      }
      if (previous === undefined) {
        assert.equal(stats.preread, '0001-01-01T00:00:00Z');
        assert.equal(stats.precpu_stats.cpu_usage.total_usage, 0);
        assert.equal('network_rate_stats' in stats, false);
      } else {
        assertNotFalling(countersOf(previous), countersOf(stats), `${second} s`);
        assertNotFalling(networkCountersOf(previous), networkCountersOf(stats), `${second} s`);
        assert.equal(stats.preread, previous.read);
        assert.deepEqual(stats.precpu_stats, previous.cpu_stats);
      }
      previous = stats;
    }
    assert.ok(previous !== undefined);
  });
}

test('flaky restarts in place every 90 s: two samples without stats, then counters from zero', () => {
  const task = createTask();
  const run = runOf(task, 'flaky');
  const gaps: number[] = [];
  let previous: Stats | undefined;
  for (const [second, stats] of run.entries()) {
    const container = containerOf(task, 'flaky', second * 1000);
    if (stats === null) {
      gaps.push(second);
      continue;
    }
    const ageMs = Date.parse(stats.read) - Date.parse(container.StartedAt);
    assert.ok(ageMs >= 0 && ageMs < 88_100, `${ageMs} ms after the start`);
    const isFirst = run[second - 1] === null;
    if (previous !== undefined && isFirst) {
      assert.ok(stats.cpu_stats.cpu_usage.total_usage < previous.cpu_stats.cpu_usage.total_usage);
      assert.equal(stats.preread, '0001-01-01T00:00:00Z');
      // The namespace belongs to the task and outlives the container.
      assertNotFalling(networkCountersOf(previous), networkCountersOf(stats), `${second} s`);
    } else if (previous !== undefined) {
      assertNotFalling(countersOf(previous), countersOf(stats), `${second} s`);
    }
    previous = stats;
  }
  const restarts = Math.floor((SECONDS - 16) / 90.013);
  const lateGaps = gaps.filter((second) => second > 20);
  assert.ok(Math.abs(lateGaps.length - 2 * restarts) <= 2, `${lateGaps.length} samples without stats`);

  const before = containerOf(task, 'flaky', 60_000);
  const after = containerOf(task, 'flaky', 150_000);
  assert.equal(after.DockerId, before.DockerId);
  assert.equal(after.CreatedAt, before.CreatedAt);
  assert.ok(after.StartedAt > before.StartedAt);
  assert.deepEqual([before.RestartCount, after.RestartCount], [0, 1]);
});

test('migrate exits with 0 and has no stats from then on', () => {
  const task = createTask();
  const run = runOf(task, 'migrate', 60);
  assert.ok(run[5] !== null && run[12] !== null);
  assert.deepEqual([run[0], run[14], run[59]], [null, null, null]);
  assert.equal('ExitCode' in containerOf(task, 'migrate', 5000), false);
  const { ExitCode, KnownStatus, StartedAt, FinishedAt } = containerOf(task, 'migrate', 60_000);
  assert.deepEqual([ExitCode, KnownStatus], [0, 'STOPPED']);
  assert.ok(FinishedAt !== undefined && FinishedAt > StartedAt);
});

for (const replicas of [undefined, 7]) {
  test(`CPU and memory of ${replicas ?? "the shop's"} containers stay within the task's limits`, () => {
    const task = createTask(replicas === undefined ? {} : { replicas });
    let busiest = 0;
    for (let second = 30; second < SECONDS; second++) {
      let cores = 0;
      let usedBytes = 0;
      for (const stats of Object.values(task.stats(second * 1000))) {
        if (stats === null) {
          continue;
        }
        const { cpu_stats: cpu, precpu_stats: precpu, memory_stats: memory } = stats;
        const { total_usage, percpu_usage, usage_in_kernelmode, usage_in_usermode } = cpu.cpu_usage;
        assert.equal(
          percpu_usage.reduce((sum, value) => sum + value, 0),
          total_usage,
        );
        assert.ok(usage_in_kernelmode + usage_in_usermode <= total_usage);
        if ('system_cpu_usage' in precpu) {
          const elapsedNs = (cpu.system_cpu_usage - Number(precpu.system_cpu_usage)) / cpu.online_cpus;
          assert.ok(Math.abs(elapsedNs - 1e9) <= 1e7, `${elapsedNs} ns a sample`);
          cores += (total_usage - precpu.cpu_usage.total_usage) / elapsedNs;
        }
        usedBytes += memory.usage;
        assert.ok(memory.usage <= Math.min(memory.limit, memory.stats.hierarchical_memory_limit));
        assert.ok(memory.usage <= memory.max_usage && memory.usage >= memory.stats.rss + memory.stats.cache);
      }
      busiest = Math.max(busiest, cores);
      assert.ok(cores <= 1, `${cores} cores at ${second} s`);
      assert.ok(usedBytes <= TASK_LIMIT_BYTES);
    }
    assert.ok(busiest > 0.5, `never above ${busiest} cores`);
  });
}

test('every container reports the counters of the shared network namespace, read at different times', () => {
  const running = Object.values(createTask().stats(300_000)).filter((stats) => stats !== null);
  assert.equal(running.length, 4);
  assert.equal(new Set(running.map(({ read }) => read)).size, 4, 'moments differ');
  const byRead = running.toSorted((a, b) => a.read.localeCompare(b.read));
  for (const [index, stats] of byRead.entries()) {
    assert.deepEqual(Object.keys(stats.networks), ['eth0', 'eth1']);
    const earlier = byRead[index - 1];
    if (earlier !== undefined) {
      assertNotFalling(networkCountersOf(earlier), networkCountersOf(stats), stats.read);
    }
  }
  const [first, last] = [byRead.at(0), byRead.at(-1)].map((stats) =>
    stats === undefined ? Number.NaN : (networkCountersOf(stats).get('eth1 rx_bytes') ?? Number.NaN),
  );
  assert.ok(first !== undefined && last !== undefined && last - first < 0.01 * last, 'nearly the same');
});

test('a sample stays until the next one; a longer interval does not change the counters', () => {
  const slow = createTask({ sampleMs: 10_000 });
  assert.deepEqual(slow.stats(39_999), slow.stats(30_000));
  assert.notDeepEqual(slow.stats(40_000), slow.stats(30_000));
  const id = idOf(slow, 'web');
  const [slowTotal, fastTotal] = [slow, createTask()].map(
    (task) => task.stats(600_000)[id]?.cpu_stats.cpu_usage.total_usage ?? Number.NaN,
  );
  assert.ok(Math.abs((slowTotal ?? Number.NaN) / (fastTotal ?? Number.NaN) - 1) < 0.01);
});

test('equal seeds generate equal tasks, other seeds other tasks', () => {
  assert.deepEqual(createTask({ seed: 5 }).stats(500_000), createTask({ seed: 5 }).stats(500_000));
  assert.deepEqual(createTask({ seed: 5 }).task(500_000), createTask({ seed: 5 }).task(500_000));
  const [five, six] = [createTask({ seed: 5 }), createTask({ seed: 6 })];
  assert.notEqual(five.task(0).TaskARN, six.task(0).TaskARN);
  assert.notDeepEqual(Object.values(five.stats(500_000)), Object.values(six.stats(500_000)));
});

test('a thousand replicas have unique names and ids', () => {
  const task = createTask({ replicas: 1000 });
  const { Containers } = task.task(60_000);
  assert.deepEqual([Containers[0]?.Name, Containers.at(-1)?.Name], ['web-0001', 'web-1000']);
  assert.equal(new Set(Containers.map(({ DockerId }) => DockerId)).size, 1000);
  assert.deepEqual(
    Object.keys(task.stats(60_000)),
    Containers.map(({ DockerId }) => DockerId),
  );
});
