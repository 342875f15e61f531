import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Readings, ResourceReadings } from '../../../instrumentation/metric-definition.ts';
import { SCOPES, VOCABULARIES } from '../../../src/metrics/vocabulary.ts';
import { type PollOutcome, Sampler, type SamplerOptions } from '../../../src/sampler/sampler.ts';
import { ENDPOINT_ERROR_CODES } from '../../../src/sources/ecs-task/endpoint-error.ts';
import { type Answer, type ScriptedPoll, scriptedPoll } from './scripted-poll.ts';

const INTERVAL_MS = 10_000;

interface Clock {
  ms: number;
}

interface TestSampler {
  readonly clock: Clock;
  readonly script: ScriptedPoll;
  readonly sampler: Sampler;
  readonly outcomes: PollOutcome[];
  /** Advances the clock, then polls. */
  pollAfter(ms: number, answer?: Answer): Promise<void>;
}

function setUp(
  first: Answer,
  intervalMs = INTERVAL_MS,
  delay?: () => Promise<void>,
  changes: Partial<SamplerOptions> = {},
): TestSampler {
  const clock = { ms: 5000 };
  const script = scriptedPoll(first, delay);
  const outcomes: PollOutcome[] = [];
  const sampler = new Sampler({
    source: script.source,
    intervalMs,
    isSelected: () => true,
    vocabularies: VOCABULARIES,
    version: '9.9.9',
    observer: { onPoll: (outcome) => outcomes.push(outcome) },
    monotonicMs: () => clock.ms,
    wallMs: () => 1_700_000_000_000 + clock.ms,
    ...changes,
  });
  return {
    clock,
    script,
    sampler,
    outcomes,
    pollAfter: async (ms, answer) => {
      clock.ms += ms;
      if (answer !== undefined) script.answer = answer;
      await sampler.poll();
    },
  };
}

function readingsOf(sampler: Sampler): Readings {
  const [entry, ...others] = sampler.current();
  assert.ok(entry !== undefined && others.length === 0);
  return entry.readings;
}

const resourceOf = (sampler: Sampler): ResourceReadings['resource'] => sampler.current()[0]?.resource ?? {};

/** Values of the ecs vocabulary: `name container`, without the prefix. */
function valuesOf(readings: Readings): Readonly<Record<string, number>> {
  const list = readings.byScope.get(SCOPES.ecs) ?? [];
  return Object.fromEntries(
    list.map(({ metric, attributes, value }) => {
      const { container_name: container, ...others } = attributes;
      const labels = Object.values(others).length === 0 ? '' : ` ${Object.values(others).join()}`;
      return [
        `${metric.name.replace('ecs_task.', '')}${container === undefined ? '' : ` ${container}`}${labels}`,
        value,
      ];
    }),
  );
}

const namesOf = (sampler: Sampler): readonly string[] => Object.keys(valuesOf(readingsOf(sampler)));

function hasOnlyOwnMetrics(sampler: Sampler): boolean {
  const names = [...readingsOf(sampler).byScope.values()].flat().map(({ metric }) => metric.name);
  return names.length > 0 && names.every((name) => /^(?:ecs_task|aws\.ecs)\.exporter[._]/.test(name));
}

test('before the first poll: only the exporter’s own series, with every failure reason, and not ready', () => {
  const { sampler } = setUp({ read: 10, used: 1 });
  assert.ok(hasOnlyOwnMetrics(sampler));
  const values = valuesOf(readingsOf(sampler));
  assert.equal(values['exporter_status'], 0);
  assert.equal(values['exporter_polls'], 0);
  assert.equal(values['exporter_containers'], undefined);
  for (const code of ENDPOINT_ERROR_CODES) assert.equal(values[`exporter_poll_failures ${code}`], 0);
  assert.equal(values['exporter_last_success_timestamp_seconds'], undefined);
  assert.equal(sampler.isFresh(), false);
  assert.deepEqual(resourceOf(sampler), {});
});

test('the exporter’s own readings have the key of the task before its metadata is known', async () => {
  const { sampler, pollAfter } = setUp({ read: 10, used: 1 });
  const before = sampler.current();
  await pollAfter(0);
  const keys = (list: typeof before): readonly string[] => list.map(({ key }) => key);
  assert.deepEqual(keys(sampler.current()), keys(before));
  assert.deepEqual(before[0]?.resource, {});
});

test('another TaskARN begins a new task: identity, totals and keys', async () => {
  const { sampler, pollAfter, outcomes } = setUp({ read: 10, used: 1 });
  await pollAfter(0);
  await pollAfter(INTERVAL_MS, { read: 20, used: 6 });
  const [before] = sampler.current();
  const other = 'arn:aws:ecs:eu-west-1:111122223333:task/d/other';
  await pollAfter(INTERVAL_MS, { read: 30, used: 100, arn: other });
  const [after] = sampler.current();
  assert.notEqual(after?.key, before?.key);
  assert.deepEqual([after?.resource['aws.ecs.task.arn'], after?.resource['aws.ecs.task.id']], [other, 'other']);
  assert.ok(!JSON.stringify(after?.resource).includes('abc'));
  // No rate without an earlier sample of the same task.
  assert.equal(valuesOf(readingsOf(sampler))['cpu_cores app'], undefined);
  assert.deepEqual(
    outcomes.map(({ tasks }) => tasks.map(({ isNew, restarted }) => [isNew, restarted])),
    [[[true, []]], [[false, []]], [[true, []]]],
  );
  await pollAfter(INTERVAL_MS, { read: 40, used: 105, arn: other });
  assert.equal(valuesOf(readingsOf(sampler))['cpu_cores app'], 0.5);
  assert.equal(sampler.current()[0]?.key, after?.key);
});

test('the first poll gives readings in both vocabularies, the second poll rates', async () => {
  const { sampler, pollAfter } = setUp({ read: 10, used: 1 });
  await pollAfter(0);
  const first = valuesOf(readingsOf(sampler));
  assert.equal(first['cpu_usage_seconds app'], 1);
  assert.equal(first['cpu_cores app'], undefined);
  assert.equal(first['exporter_status'], 1);
  assert.equal(first['exporter_last_success_timestamp_seconds'], 1_700_000_005);
  assert.ok(sampler.isFresh());
  assert.equal(resourceOf(sampler)['aws.ecs.task.id'], 'abc');
  await pollAfter(INTERVAL_MS, { read: 20, used: 6 });
  const second = valuesOf(readingsOf(sampler));
  assert.equal(second['cpu_cores app'], 0.5);
  assert.equal(second['exporter_polls'], 2);
  const semconv = readingsOf(sampler).byScope.get(SCOPES.semconv) ?? [];
  assert.equal(semconv.find(({ metric }) => metric.name === 'container.cpu.usage')?.value, 0.5);
});

test('counters have start times', async () => {
  const { sampler, pollAfter } = setUp({ read: 10, used: 1, started: 3 });
  await pollAfter(0);
  const counters = (readingsOf(sampler).byScope.get(SCOPES.ecs) ?? []).filter(
    ({ metric }) => metric.kind === 'counter',
  );
  const startOf = (name: string, container?: string): bigint | undefined =>
    counters.find(
      ({ metric, attributes }) =>
        metric.name === `ecs_task.${name}` && (container === undefined || attributes['container_name'] === container),
    )?.startTimeNs;
  const startedNs = BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n + 3_000_000_000n;
  assert.equal(startOf('cpu_usage_seconds'), startedNs);
  assert.equal(startOf('network_rx_bytes', '_task_'), startedNs);
  assert.equal(startOf('network_rx_bytes', 'app'), undefined, 'the namespace is the task’s: it has its own start');
  assert.equal(startOf('exporter_polls'), 1_700_000_005_000_000_000n);
});

test('a failed poll keeps the values for three intervals; the status is 0 at once', async () => {
  const { sampler, clock, pollAfter } = setUp({ read: 10, used: 1 });
  await pollAfter(0);
  const good = namesOf(sampler);
  for (let failed = 1; failed <= 3; failed += 1) {
    await pollAfter(INTERVAL_MS, { fails: 'timeout' });
    const values = valuesOf(readingsOf(sampler));
    assert.equal(values['exporter_status'], 0);
    assert.equal(values['exporter_poll_failures timeout'], 2 * failed, 'one per document');
    assert.equal(values['cpu_usage_seconds app'], 1);
    assert.deepEqual(namesOf(sampler), good);
    assert.ok(sampler.isFresh());
  }
  clock.ms += 1;
  assert.equal(sampler.isFresh(), false);
  assert.ok(hasOnlyOwnMetrics(sampler), 'expired without a poll');
  assert.equal(valuesOf(readingsOf(sampler))['exporter_containers'], undefined);
});

test('after an outage, rates cover the whole outage', async () => {
  const { sampler, pollAfter } = setUp({ read: 10, used: 1 });
  await pollAfter(0);
  await pollAfter(100_000, { fails: 'reset' });
  assert.ok(hasOnlyOwnMetrics(sampler));
  await pollAfter(INTERVAL_MS, { read: 120, used: 111 });
  const values = valuesOf(readingsOf(sampler));
  assert.equal(values['exporter_status'], 1);
  assert.equal(values['cpu_cores app'], 1);
  assert.equal(values['exporter_poll_failures reset'], 2);
  assert.ok(sampler.isFresh());
});

test('if only /task fails, the poll has a failure but is successful', async () => {
  const { sampler, pollAfter, outcomes } = setUp({ read: 10, used: 1 });
  await pollAfter(0);
  await pollAfter(INTERVAL_MS, { fails: 'server_error', document: 'task' });
  const values = valuesOf(readingsOf(sampler));
  assert.equal(values['exporter_status'], 1);
  assert.equal(values['exporter_poll_failures server_error'], 1);
  assert.equal(values['cpu_usage_seconds app'], 1000);
  assert.ok(outcomes[1]?.tasks.length === 1 && outcomes[1].failures.length === 1);
});

test('failing stats remove only usage, also while throttling delays polls', async () => {
  const { clock, sampler, pollAfter } = setUp({ read: 10, used: 1 });
  await pollAfter(0);
  for (const waitMs of [10_000, 10_000, 20_000, 40_000, 60_000]) {
    clock.ms += waitMs - 1;
    assert.equal(valuesOf(readingsOf(sampler))['container_running app'], 1);
    await pollAfter(1, { fails: 'throttled', document: 'stats' });
  }
  assert.equal(valuesOf(readingsOf(sampler))['mem_usage app'], undefined);
  clock.ms += 71_000;
  assert.ok(hasOnlyOwnMetrics(sampler), 'expired');
});

const THROWING: readonly (readonly [what: string, changes: Partial<SamplerOptions>])[] = [
  ['an observer', { observer: { onPoll: () => assert.fail('the observer') } }],
  ['a filter', { isSelected: () => assert.fail('the filter') }],
];

for (const [what, changes] of THROWING) {
  test(`${what} that throws is an internal error, and polling continues`, async () => {
    const { sampler, pollAfter } = setUp({ read: 10, used: 1 }, INTERVAL_MS, undefined, changes);
    await pollAfter(0);
    await pollAfter(INTERVAL_MS);
    const values = valuesOf(readingsOf(sampler));
    assert.equal(values['exporter_polls'], 2);
    assert.equal(values['exporter_invalid_values internal'], 1, 'of the previous poll');
  });
}

const STALE: readonly (readonly [intervalMs: number, lifetimeMs: number])[] = [
  [10_000, 60_000],
  [20_000, 60_000],
  [30_000, 90_000],
];

for (const [intervalMs, lifetimeMs] of STALE) {
  test(`an interval of ${intervalMs} ms: a sample that is not renewed expires after ${lifetimeMs} ms`, async () => {
    const { sampler, pollAfter } = setUp({ read: 10, used: 1 }, intervalMs);
    await pollAfter(0);
    for (let age = intervalMs; age <= lifetimeMs; age += intervalMs) {
      await pollAfter(intervalMs);
      assert.ok(namesOf(sampler).includes('cpu_usage_seconds app'), `${age} ms`);
      assert.equal(valuesOf(readingsOf(sampler))['exporter_containers'], 1);
    }
    await pollAfter(intervalMs);
    const values = valuesOf(readingsOf(sampler));
    assert.equal(values['cpu_usage_seconds app'], undefined);
    assert.equal(values['exporter_containers'], 0);
    assert.equal(values['exporter_status'], 1);
    assert.equal(values['container_running app'], 1, 'from the metadata');
    assert.equal(values['cpu_usage_seconds _task_'], undefined, 'the usage of the task is unknown');
    await pollAfter(intervalMs, { read: 200, used: 20 });
    assert.equal(valuesOf(readingsOf(sampler))['cpu_cores app'], 0.1);
  });
}

test('a restart is counted, and has no rates', async () => {
  const { sampler, pollAfter, outcomes } = setUp({ read: 10, used: 5 });
  await pollAfter(0);
  await pollAfter(INTERVAL_MS, { read: 20, used: 6, started: 15 });
  const values = valuesOf(readingsOf(sampler));
  assert.equal(values['exporter_container_restarts'], 1);
  assert.equal(values['cpu_cores app'], undefined);
  assert.equal(values['cpu_usage_seconds app'], 6);
  assert.equal(values['cpu_usage_seconds _task_'], 11);
  assert.deepEqual(
    outcomes.map(({ tasks }) => tasks[0]?.restarted.length),
    [0, 1],
  );
});

test('readings are a new object only after a poll or when they expire', async () => {
  const { sampler, clock, pollAfter } = setUp({ read: 10, used: 1 });
  const seen = [sampler.current()];
  const isNew = (): boolean => {
    const isOther = !seen.includes(sampler.current());
    seen.push(sampler.current());
    return isOther;
  };
  assert.equal(isNew(), false);
  await pollAfter(0);
  assert.equal(isNew(), true);
  assert.equal(isNew(), false);
  await pollAfter(1000);
  assert.equal(isNew(), true, 'the exporter’s own counters have changed');
  clock.ms += 3 * INTERVAL_MS;
  assert.equal(isNew(), false);
  clock.ms += 1;
  assert.equal(isNew(), true);
  assert.equal(isNew(), false);
  clock.ms += 1_000_000;
  assert.equal(isNew(), false);
});

test('the attributes of a series are the same object at each poll', async () => {
  const { sampler, pollAfter } = setUp({ read: 10, used: 1 });
  await pollAfter(0);
  const before = [...readingsOf(sampler).byScope.values()].flat();
  await pollAfter(INTERVAL_MS, { read: 20, used: 2 });
  const after = new Set([...readingsOf(sampler).byScope.values()].flat().map(({ attributes }) => attributes));
  assert.ok(before.length > 40);
  for (const { attributes, metric } of before) assert.ok(after.has(attributes), metric.name);
});

test('unused attributes are dropped', async () => {
  const { sampler, pollAfter } = setUp({ read: 10, used: 1 });
  const find = (): object | undefined =>
    readingsOf(sampler)
      .byScope.get(SCOPES.ecs)
      ?.find(({ metric }) => metric.name === 'ecs_task.cpu_usage_seconds')?.attributes;
  await pollAfter(0);
  const before = find();
  await pollAfter(100_000, { fails: 'timeout' });
  await pollAfter(INTERVAL_MS);
  await pollAfter(INTERVAL_MS, { read: 130, used: 2 });
  assert.deepEqual(find(), before);
  assert.notEqual(find(), before);
});

test('the identity is the same object until it changes', async () => {
  const { sampler, pollAfter } = setUp({ read: 10, used: 1 });
  const none = resourceOf(sampler);
  await pollAfter(0);
  const identity = resourceOf(sampler);
  assert.notEqual(identity, none);
  await pollAfter(INTERVAL_MS);
  assert.equal(resourceOf(sampler), identity);
  await pollAfter(INTERVAL_MS, { fails: 'timeout' });
  assert.equal(resourceOf(sampler), identity);
  await pollAfter(INTERVAL_MS, { read: 30, used: 3, arn: 'arn:aws:ecs:eu-west-1:111122223333:task/c/other' });
  assert.equal(resourceOf(sampler)['aws.ecs.task.id'], 'other');
});

test('a poll waits for the running poll', async () => {
  const waiting: (() => void)[] = [];
  const delay = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  const { sampler, script } = setUp({ read: 10, used: 1 }, INTERVAL_MS, delay);
  const first = sampler.poll();
  const second = sampler.poll();
  assert.equal(first, second);
  assert.equal(script.polls, 1);
  waiting.shift()?.();
  await first;
  assert.equal(valuesOf(readingsOf(sampler))['exporter_polls'], 1);
  const third = sampler.poll();
  assert.notEqual(third, first);
  waiting.shift()?.();
  await third;
  assert.equal(script.polls, 2);
});

test('the duration of a poll is in seconds', async () => {
  const { sampler, clock } = setUp({ read: 10, used: 1 }, INTERVAL_MS, async () => {
    clock.ms += 123.456_789;
  });
  await sampler.poll();
  assert.equal(valuesOf(readingsOf(sampler))['exporter_poll_duration_seconds'], 0.123457);
});

test('only /task/stats fails: usage stays for three intervals, values from /task continue', async () => {
  const { sampler, pollAfter } = setUp({ read: 10, used: 1 });
  await pollAfter(0);
  for (let failed = 1; failed <= 3; failed += 1) {
    await pollAfter(INTERVAL_MS, { fails: 'server_error', document: 'stats' });
    const values = valuesOf(readingsOf(sampler));
    assert.equal(values['exporter_status'], 0);
    assert.equal(values['cpu_usage_seconds app'], 1);
    assert.equal(values['exporter_containers_without_stats'], 0);
  }
  await pollAfter(INTERVAL_MS, { fails: 'server_error', document: 'stats' });
  const values = valuesOf(readingsOf(sampler));
  assert.equal(values['cpu_usage_seconds app'], undefined);
  assert.equal(values['mem_usage app'], undefined);
  assert.equal(values['container_running app'], 1);
  assert.equal(values['cpu_limit _task_'], 1024);
  assert.equal(values['exporter_containers_without_stats'], 1);
  assert.equal(sampler.isFresh(), false, 'not ready without a recent sample');
  await pollAfter(INTERVAL_MS, { read: 60, used: 26 });
  assert.equal(valuesOf(readingsOf(sampler))['cpu_cores app'], 0.5);
});

test('/task/stats fails from the start: values from /task without usage', async () => {
  const { sampler, pollAfter } = setUp({ fails: 'reset', document: 'stats' });
  await pollAfter(0);
  const values = valuesOf(readingsOf(sampler));
  assert.equal(values['container_running app'], 1);
  assert.equal(values['exporter_status'], 0);
  assert.equal(values['exporter_containers'], 0);
  assert.equal(values['cpu_cores _task_'], undefined);
});

test('a poll that throws is a failed poll, and an observer that throws does not stop the polling', async () => {
  const sampler = new Sampler({
    source: { onlyTask: 'task', poll: () => Promise.reject(new Error('broken')) },
    intervalMs: INTERVAL_MS,
    isSelected: () => true,
    vocabularies: ['ecs'],
    version: '0',
    observer: {
      onPoll: () => {
        throw new Error('of the host');
      },
    },
  });
  await sampler.poll();
  await sampler.poll();
  const values = valuesOf(readingsOf(sampler));
  assert.equal(values['exporter_status'], 0);
  assert.equal(values['exporter_polls'], 2);
  assert.equal(values['exporter_poll_failures parse'], 2);
  assert.equal(values['exporter_invalid_values internal'], 1, 'of the first observer; the second one shows next time');
  await sampler.stop();
});

test('if the process usage cannot be read, only its metrics are missing', async () => {
  let isReadable = true;
  const processMeter = {
    read() {
      if (!isReadable) throw new Error('EMFILE: too many open files');
      return { cpuSeconds: 1, residentBytes: 2 };
    },
    stop() {},
  };
  const { sampler, pollAfter } = setUp({ read: 10, used: 1 }, INTERVAL_MS, undefined, { processMeter });
  const names = (): readonly string[] =>
    (readingsOf(sampler).byScope.get(SCOPES.ecs) ?? []).map(({ metric }) => metric.name);
  await pollAfter(0);
  const all = names();
  isReadable = false;
  await pollAfter(INTERVAL_MS);
  const left = names();
  assert.ok(all.some((name) => name.includes('process')) && !left.some((name) => name.includes('process')));
  assert.ok(left.includes('ecs_task.cpu_usage_seconds'));
  isReadable = true;
  await pollAfter(INTERVAL_MS);
  assert.ok(names().some((name) => name.includes('process')));
});
