import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCensus } from '../../../instrumentation/census.ts';
import { createRooms, ENERGY, PEOPLE } from './made-up.ts';

test('a series counts once, however often it is seen, and once for each metric', () => {
  const room = createRooms();
  const census = createCensus();
  const readings = ['hall', 'attic'].map((name) => ({ metric: ENERGY, attributes: room(name), value: 1 }));
  census.add(readings);
  census.add(readings);
  assert.equal(census.count(), 2);
  census.add([{ metric: PEOPLE, attributes: room('hall'), value: 1 }]);
  assert.equal(census.count(), 3);
  census.add([{ metric: PEOPLE, attributes: room('cellar'), value: 1 }]);
  assert.equal(census.count(), 4);
});
