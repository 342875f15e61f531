import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWorld, type World } from '../../bench/endpoint/world.ts';
import { at, listAt, numberAt, textAt } from '../../real/json.ts';

function statsOf(world: World): ReadonlyMap<string, unknown> {
  const document: unknown = JSON.parse(world.stats().toString());
  assert.ok(typeof document === 'object' && document !== null);
  return new Map(Object.entries(document));
}

const idsOf = (world: World): readonly string[] =>
  listAt(JSON.parse(world.task().toString()), 'Containers').map((container) => textAt(container, 'DockerId'));

test('each advance is 15 s, and counters grow', () => {
  const world = createWorld({ containers: 2, samplesPerReplacement: 2 });
  const [id = ''] = idsOf(world);
  const before = statsOf(world).get(id);
  world.advance();
  const after = statsOf(world).get(id);
  const elapsedMs = Date.parse(textAt(after, 'read')) - Date.parse(textAt(before, 'read'));
  assert.ok(Math.abs(elapsedMs - 15_000) <= 1, `${elapsedMs} ms`);
  const usage = ['cpu_stats', 'cpu_usage', 'total_usage'] as const;
  assert.ok(numberAt(after, ...usage) > numberAt(before, ...usage));
  // The previous sample of the newer one is the older one.
  assert.equal(textAt(after, 'preread'), textAt(before, 'read'));
});

test('without churn, the containers stay', () => {
  const world = createWorld({ containers: 3, samplesPerReplacement: 1 });
  const before = idsOf(world);
  for (let sample = 0; sample < 5; sample += 1) world.advance();
  assert.deepEqual(idsOf(world), before);
});

test('churn replaces one container at a time, in stats and metadata', () => {
  const world = createWorld({ containers: 2, samplesPerReplacement: 2 });
  world.churns = true;
  const seen = new Set(idsOf(world));
  for (let sample = 0; sample < 20; sample += 1) {
    world.advance();
    const ids = idsOf(world);
    assert.deepEqual([...statsOf(world).keys()], ids);
    for (const id of ids) seen.add(id);
  }
  assert.equal(seen.size, 2 + 20 / 2);
});

test('a replacement has the same name, a new start time, and no previous sample', () => {
  const world = createWorld({ containers: 1, samplesPerReplacement: 1 });
  const [old = ''] = idsOf(world);
  const name = textAt(statsOf(world).get(old), 'name');
  world.churns = true;
  world.advance();
  const [id = ''] = idsOf(world);
  const stats = statsOf(world).get(id);
  const started = Date.parse(textAt(JSON.parse(world.task().toString()), 'Containers', 0, 'StartedAt'));
  assert.notEqual(id, old);
  assert.equal(textAt(stats, 'name'), name);
  assert.match(textAt(stats, 'preread'), /^0001/);
  assert.ok(started < Date.parse(textAt(stats, 'read')));
  assert.ok(started > Date.parse(textAt(stats, 'read')) - 15_000);
  assert.equal(at(stats, 'id'), id);
});
