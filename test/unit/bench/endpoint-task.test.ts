import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEndpointTask, type EndpointTask } from '../../bench/endpoint/endpoint-task.ts';
import { at, listAt, numberAt, textAt } from '../../real/json.ts';

function statsOf(task: EndpointTask): ReadonlyMap<string, unknown> {
  const document: unknown = JSON.parse(task.stats().toString());
  assert.ok(typeof document === 'object' && document !== null);
  return new Map(Object.entries(document));
}

const idsOf = (task: EndpointTask): readonly string[] =>
  listAt(JSON.parse(task.task().toString()), 'Containers').map((container) => textAt(container, 'DockerId'));

test('each advance is 15 s, and counters grow', () => {
  const task = createEndpointTask({ containers: 2, samplesPerReplacement: 2 });
  const [id = ''] = idsOf(task);
  const before = statsOf(task).get(id);
  task.advance();
  const after = statsOf(task).get(id);
  const elapsedMs = Date.parse(textAt(after, 'read')) - Date.parse(textAt(before, 'read'));
  assert.ok(Math.abs(elapsedMs - 15_000) <= 1, `${elapsedMs} ms`);
  const usage = ['cpu_stats', 'cpu_usage', 'total_usage'] as const;
  assert.ok(numberAt(after, ...usage) > numberAt(before, ...usage));
  // The previous sample of the newer one is the older one.
  assert.equal(textAt(after, 'preread'), textAt(before, 'read'));
});

test('without churn, the containers stay', () => {
  const task = createEndpointTask({ containers: 3, samplesPerReplacement: 1 });
  const before = idsOf(task);
  for (let sample = 0; sample < 5; sample += 1) task.advance();
  assert.deepEqual(idsOf(task), before);
});

test('churn replaces one container at a time, in stats and metadata', () => {
  const task = createEndpointTask({ containers: 2, samplesPerReplacement: 2 });
  task.churns = true;
  const seen = new Set(idsOf(task));
  for (let sample = 0; sample < 20; sample += 1) {
    task.advance();
    const ids = idsOf(task);
    assert.deepEqual([...statsOf(task).keys()], ids);
    for (const id of ids) seen.add(id);
  }
  assert.equal(seen.size, 2 + 20 / 2);
});

test('a replacement has the same name, a new start time, and no previous sample', () => {
  const task = createEndpointTask({ containers: 1, samplesPerReplacement: 1 });
  const [old = ''] = idsOf(task);
  const name = textAt(statsOf(task).get(old), 'name');
  task.churns = true;
  task.advance();
  const [id = ''] = idsOf(task);
  const stats = statsOf(task).get(id);
  const started = Date.parse(textAt(JSON.parse(task.task().toString()), 'Containers', 0, 'StartedAt'));
  assert.notEqual(id, old);
  assert.equal(textAt(stats, 'name'), name);
  assert.match(textAt(stats, 'preread'), /^0001/);
  assert.ok(started < Date.parse(textAt(stats, 'read')));
  assert.ok(started > Date.parse(textAt(stats, 'read')) - 15_000);
  assert.equal(at(stats, 'id'), id);
});
