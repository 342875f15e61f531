import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Reading } from '../../../instrumentation/metric-definition.ts';
import type { Sampler, TaskReadings } from '../../../src/sampler/sampler.ts';
import type { TaskSnapshot } from '../../../src/snapshot/snapshot.ts';
import { arnOf, INTERVAL_MS, type ManyTasks, manyTasks, snapshotOf } from './scripted-tasks.ts';

const readingsOf = (entry: TaskReadings | undefined): readonly Reading[] =>
  [...(entry?.readings.byScope.values() ?? [])].flat();

/** The value of a metric of the ecs vocabulary; of the first of several series. */
function valueIn(entry: TaskReadings | undefined, name: string): number | undefined {
  return readingsOf(entry).find(({ metric }) => metric.name === `ecs_task.${name}`)?.value;
}

function own({ entry }: ManyTasks, name: string): number | undefined {
  return valueIn(entry('exporter'), `exporter_${name}`);
}

function invalidValues({ entry }: ManyTasks): number | undefined {
  return readingsOf(entry('exporter')).find(
    ({ metric, attributes }) =>
      metric.name === 'ecs_task.exporter_invalid_values' && attributes['reason'] === 'internal',
  )?.value;
}

const keysOf = (sampler: Sampler): readonly string[] => sampler.current().map(({ key }) => key);

const isOfExporter = ({ metric }: Reading): boolean =>
  /^(?:ecs_task|aws\.ecs)\.exporter[._]|^(?:process|nodejs)\./.test(metric.name);

/** Three tasks that use 0.1, 0.2 and 0.3 cores, at a number of seconds. */
function three(seconds: number): Readonly<Record<'a' | 'b' | 'c', TaskSnapshot>> {
  const at = (id: string, cores: number) => snapshotOf(id, { read: seconds, used: seconds * cores });
  return { a: at('a', 0.1), b: at('b', 0.2), c: at('c', 0.3) };
}

test('each task has an entry with its resource and readings, and the exporter has a separate entry', async () => {
  const tasks = manyTasks();
  const { sampler, entry, poll } = tasks;
  assert.deepEqual(keysOf(sampler), ['']);
  await poll(three(10));
  await poll(three(20));
  assert.deepEqual(keysOf(sampler), ['', arnOf('a'), arnOf('b'), arnOf('c')]);
  for (const [id, cores] of Object.entries({ a: 0.1, b: 0.2, c: 0.3 })) {
    assert.equal(entry(id)?.resource['aws.ecs.task.id'], id);
    assert.equal(valueIn(entry(id), 'cpu_cores'), cores);
    assert.ok(!readingsOf(entry(id)).some(isOfExporter));
  }
  assert.deepEqual(entry('exporter')?.resource, {});
  assert.ok(readingsOf(entry('exporter')).every(isOfExporter));
});

test('the exporter’s counts cover all tasks', async () => {
  const tasks = manyTasks();
  const { entry, poll } = tasks;
  await poll(three(10));
  assert.equal(own(tasks, 'containers'), 3);
  const series = ['a', 'b', 'c'].reduce((sum, id) => sum + readingsOf(entry(id)).length, 0);
  assert.ok(series > 30);
  assert.equal(own(tasks, 'series'), series);
  await poll({
    a: snapshotOf('a', { read: 20, used: 1, started: 15 }),
    b: snapshotOf('b', { read: 20, used: 1, started: 15 }),
    c: snapshotOf('c', { read: 5, used: 1 }),
  });
  assert.equal(own(tasks, 'container_restarts'), 2);
  assert.equal(own(tasks, 'containers'), 2);
  assert.equal(own(tasks, 'stale_containers'), 1);
  assert.equal(own(tasks, 'containers_without_stats'), 1);
});

test('stale containers and containers without stats are summed over all tasks', async () => {
  const tasks = manyTasks();
  await tasks.poll(three(10));
  const older = { read: 5, used: 1 };
  await tasks.poll({ a: snapshotOf('a', older), b: snapshotOf('b', older), c: three(20).c });
  assert.equal(own(tasks, 'containers'), 1);
  assert.equal(own(tasks, 'stale_containers'), 2);
  assert.equal(own(tasks, 'containers_without_stats'), 2);
});

test('the number of containers is unknown after expired values, and after a failed poll without tasks', async () => {
  const expired = manyTasks();
  await expired.poll(three(10));
  expired.clock.ms += 3 * INTERVAL_MS + 1;
  assert.equal(own(expired, 'containers'), undefined);
  const failed = manyTasks();
  await failed.poll({});
  await failed.fail();
  assert.equal(own(failed, 'containers'), undefined);
});

test('a poll without tasks is successful and has 0 containers; after a failed first poll their number is unknown', async () => {
  const tasks = manyTasks();
  await tasks.fail();
  assert.equal(own(tasks, 'containers'), undefined);
  assert.equal(own(tasks, 'status'), 0);
  await tasks.poll({});
  assert.equal(own(tasks, 'containers'), 0);
  assert.equal(own(tasks, 'series'), 0);
  assert.equal(own(tasks, 'status'), 1);
  assert.ok(tasks.sampler.isFresh());
});

test('a task that is missing from a complete list is removed at once, and is new if it returns', async () => {
  const { sampler, entry, poll, outcomes } = manyTasks();
  await poll(three(10));
  await poll(three(20));
  const before = entry('b');
  const { a, c } = three(30);
  await poll({ a, c });
  assert.deepEqual(keysOf(sampler), ['', arnOf('a'), arnOf('c')]);
  assert.equal(valueIn(entry('a'), 'cpu_cores'), 0.1);
  await poll(three(40));
  assert.equal(valueIn(entry('b'), 'cpu_usage_seconds'), 8);
  assert.equal(valueIn(entry('b'), 'cpu_cores'), undefined, 'no difference from the earlier run');
  assert.notEqual(entry('b')?.resource, before?.resource);
  const attributes = new Set(readingsOf(before).map((reading) => reading.attributes));
  assert.ok(readingsOf(entry('b')).every((reading) => !attributes.has(reading.attributes)));
  assert.deepEqual(
    outcomes.map(({ tasks }) => tasks.filter(({ isNew }) => isNew).map(({ key }) => key)),
    [['a', 'b', 'c'].map(arnOf), [], [], [arnOf('b')]],
  );
});

test('a task that is missing from an incomplete list stays for three intervals, and its counters continue when it returns', async () => {
  const { sampler, entry, poll } = manyTasks();
  await poll(three(10));
  for (let seconds = 20; seconds <= 40; seconds += 10) {
    await poll({ a: three(seconds).a }, false);
    assert.equal(valueIn(entry('b'), 'cpu_usage_seconds'), 2);
  }
  await poll({ a: three(50).a }, false);
  assert.equal(keysOf(sampler).length, 4);
  assert.deepEqual(readingsOf(entry('b')), []);
  assert.equal(entry('b')?.resource['aws.ecs.task.id'], 'b');
  assert.equal(valueIn(entry('a'), 'cpu_cores'), 0.1);
  await poll(three(60));
  assert.equal(valueIn(entry('b'), 'cpu_cores'), 0.2);
});

test('failed polls keep all tasks, and their values for three intervals', async () => {
  const tasks = manyTasks();
  const { clock, sampler, entry, poll, fail } = tasks;
  await poll(three(10));
  const seriesOf = (id: string) => readingsOf(entry(id)).map(({ attributes }) => attributes);
  const series = seriesOf('c');
  for (let failed = 1; failed <= 3; failed += 1) await fail();
  assert.equal(own(tasks, 'status'), 0);
  assert.deepEqual(seriesOf('c'), series);
  clock.ms += 1;
  assert.deepEqual(readingsOf(entry('c')), []);
  assert.equal(keysOf(sampler).length, 4);
  assert.equal(own(tasks, 'containers'), undefined);
});

/** A task that throws as soon as its identity is read. */
function failsOnUpdate(): TaskSnapshot {
  const snapshot = snapshotOf('b', { read: 20, used: 4 });
  const task = Object.defineProperty({ ...snapshot.task }, 'arn', { get: () => assert.fail('the ARN') });
  return { ...snapshot, task };
}

/** A task that throws when its first container is recorded. */
function failsOnRecord(): TaskSnapshot {
  const snapshot = snapshotOf('c', { read: 20, used: 6 });
  const containers = snapshot.containers.map((container) => {
    const info = Object.defineProperty({ ...container.info }, 'labels', { get: () => assert.fail('the labels') });
    return { ...container, info };
  });
  return { ...snapshot, containers };
}

test('a task that throws does not affect others, and is an internal error', async () => {
  const tasks = manyTasks();
  const { sampler, entry, poll, outcomes } = tasks;
  await poll({ b: failsOnUpdate(), c: failsOnRecord(), a: three(10).a });
  assert.deepEqual(keysOf(sampler), ['', arnOf('c'), arnOf('a')], 'nothing identifies b');
  assert.deepEqual(readingsOf(entry('c')), []);
  assert.equal(valueIn(entry('a'), 'cpu_usage_seconds'), 1);
  assert.deepEqual(
    outcomes[0]?.internalErrors.map(({ message }) => message),
    ['the ARN', 'the labels'],
  );
  await poll(three(20));
  assert.equal(invalidValues(tasks), 2);
  assert.equal(valueIn(entry('a'), 'cpu_cores'), 0.1);
  assert.equal(valueIn(entry('b'), 'cpu_usage_seconds'), 4);
  assert.ok(readingsOf(entry('c')).length > 20);
});

test('a task that throws later keeps its last values for three intervals', async () => {
  const { entry, poll } = manyTasks();
  await poll(three(10));
  for (let failed = 1; failed <= 3; failed += 1) {
    await poll({ ...three(10 + 10 * failed), b: failsOnUpdate() });
    assert.equal(valueIn(entry('b'), 'cpu_usage_seconds'), 2);
  }
  await poll({ ...three(50), b: failsOnUpdate() });
  assert.deepEqual(readingsOf(entry('b')), []);
  await poll(three(60));
  assert.equal(valueIn(entry('b'), 'cpu_cores'), 0.2);
});

test('one list per sample, and one resource object per task until its attributes change', async () => {
  const { sampler, entry, poll } = manyTasks();
  await poll(three(10));
  assert.equal(sampler.current(), sampler.current());
  const before = { list: sampler.current(), a: entry('a'), b: entry('b') };
  const { a, b } = three(20);
  await poll({ a: { ...a, task: { ...a.task, tags: new Map([['team', 'core']]) } }, b });
  assert.notEqual(sampler.current(), before.list);
  assert.equal(entry('b')?.resource, before.b?.resource);
  assert.notEqual(entry('a')?.resource, before.a?.resource);
  assert.deepEqual(entry('a')?.resource, { ...before.a?.resource, 'aws.ecs.task.tag.team': 'core' });
  assert.equal(before.list.length, 4, 'a list never changes');
});

test('the resource keeps attributes that a later document lacks', async () => {
  const { entry, poll } = manyTasks();
  const { a } = three(10);
  await poll({ a: { ...a, task: { ...a.task, tags: new Map([['team', 'core']]) } } });
  const before = entry('a')?.resource;
  assert.equal(before?.['aws.ecs.task.tag.team'], 'core');
  await poll({ a: three(20).a });
  assert.equal(entry('a')?.resource, before);
});

test('the values of one task expire while those of others are current', async () => {
  const { clock, entry, poll } = manyTasks();
  const { a, b } = three(10);
  await poll({ b, a });
  for (let seconds = 20; seconds <= 40; seconds += 10) await poll({ a: three(seconds).a }, false);
  assert.ok(readingsOf(entry('b')).length > 0);
  clock.ms += 1;
  assert.deepEqual(readingsOf(entry('b')), []);
  assert.ok(readingsOf(entry('a')).length > 0);
});

const POLLS = 200;
const NEW_PER_POLL = 10;
const AT_A_TIME = 20;

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

/** The tasks of one poll: ten come and ten go each time. */
function churning(poll: number): Readonly<Record<string, TaskSnapshot>> {
  const ids = Array.from({ length: AT_A_TIME }, (_, place) => `${poll * NEW_PER_POLL + place}`);
  return Object.fromEntries(ids.map((id) => [id, snapshotOf(id, { read: poll + 1, used: 1 })]));
}

test('of 2,000 successive tasks, only the last ones are kept', async () => {
  const { sampler, poll, outcomes } = manyTasks();
  const held = new Map<string, readonly WeakRef<object>[]>();
  for (let at = 0; at < POLLS; at += 1) {
    await poll(churning(at));
    outcomes.length = 0;
    for (const { key, resource, readings } of sampler.current()) {
      const attributes = [...readings.byScope.values()].flat().map((reading) => reading.attributes);
      held.set(
        key,
        [resource, readings, ...attributes].map((object) => new WeakRef(object)),
      );
    }
  }
  assert.equal(sampler.current().length, 1 + AT_A_TIME);
  assert.equal(held.size, 1 + (POLLS - 1) * NEW_PER_POLL + AT_A_TIME);
  // A WeakRef holds its object until the current job ends.
  await turn();
  assert.ok(typeof collectGarbage === 'function');
  collectGarbage();
  const left = [...held].filter(([, references]) => references.some((reference) => reference.deref() !== undefined));
  assert.deepEqual(left.map(([key]) => key).toSorted(), keysOf(sampler).toSorted());
});

/** Polls this many tasks, and then, with incomplete lists, only one other task. */
async function countAfter(absent: number, incompletePolls: number): Promise<number> {
  const { sampler, poll } = manyTasks();
  const ids = Array.from({ length: absent }, (_, index) => `${index}`);
  await poll(Object.fromEntries(ids.map((id) => [id, snapshotOf(id, { read: 10, used: 1 })])));
  for (let at = 1; at <= incompletePolls; at += 1) await poll({ a: three(10 + 10 * at).a }, false);
  return sampler.current().length;
}

test('incomplete lists: up to 99 absent tasks without values are kept; tasks with current values are not dropped', async () => {
  // The exporter and the listed task have an entry each. Values of absent tasks expire after three intervals.
  assert.equal(await countAfter(99, 5), 101);
  assert.equal(await countAfter(100, 5), 2);
  assert.equal(await countAfter(150, 2), 152);
});

test('the number of tasks is limited if no list is complete', async () => {
  const { sampler, poll, outcomes } = manyTasks();
  let most = 0;
  for (let at = 0; at < POLLS; at += 1) {
    await poll(churning(at), false);
    outcomes.length = 0;
    most = Math.max(most, sampler.current().length);
  }
  assert.ok(most > AT_A_TIME + NEW_PER_POLL && most < 200, `${most}`);
});
