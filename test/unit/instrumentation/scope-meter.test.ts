import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataPoint } from '@opentelemetry/sdk-metrics';
import type { ScopeCollection } from '../../../instrumentation/collection.ts';
import type { Reading } from '../../../instrumentation/metric-definition.ts';
import { createScopeMeter, createStartTimes, type ScopeMeter } from '../../../instrumentation/scope-meter.ts';
import { createRooms, ENERGY, HUMIDITY, PEOPLE, ROOMS, readingsOf, TEMPERATURE } from './fake-source.ts';

const room = createRooms();
const PROGRAM_START_NS = 100_000_000_000n;

function meter(): ScopeMeter {
  return createScopeMeter(ROOMS, { programStartNs: PROGRAM_START_NS, startTimeOf: createStartTimes() });
}

function pointsOf(collected: ScopeCollection | undefined, name: string): readonly DataPoint<unknown>[] {
  const all = collected?.metrics ?? [];
  return all.filter(({ data }) => data.descriptor.name === name).flatMap(({ data }) => [...data.dataPoints]);
}

test('the data points are those of the current readings, in their order', async () => {
  const { collect } = meter();
  const [a, b] = [room('a'), room('b')];
  const both: readonly Reading[] = [
    { metric: ENERGY, attributes: b, value: 2 },
    { metric: ENERGY, attributes: a, value: 1 },
    { metric: HUMIDITY, attributes: a, value: 1 },
  ];
  const first = await collect(readingsOf(both));
  assert.equal(first?.scope.name, ROOMS.scope);
  assert.deepEqual(
    first.metrics.map(({ data, readings }) => [data.descriptor.name, readings]),
    [[ENERGY.name, both.slice(0, 2)]],
  );
  assert.deepEqual(
    pointsOf(first, ENERGY.name).map(({ attributes }) => attributes),
    [b, a],
  );
  const second = await collect(readingsOf([{ metric: ENERGY, attributes: a, value: 5 }]));
  assert.deepEqual(
    pointsOf(second, ENERGY.name).map(({ value }) => value),
    [5],
  );
  assert.equal(await collect(readingsOf([])), undefined);
});

test('a point has the value, start time and time of its reading', async () => {
  const timeNs = 200_000_000_007n;
  const collected = await meter().collect(
    readingsOf([
      { metric: TEMPERATURE, attributes: room('a'), value: 0.3, timeNs },
      { metric: ENERGY, attributes: room('a'), value: 0.30000000000000004, startTimeNs: 50_000_000_001n, timeNs },
      { metric: PEOPLE, attributes: room('a'), value: 0.3, timeNs },
    ]),
  );
  assert.deepEqual(pointsOf(collected, ENERGY.name), [
    { attributes: room('a'), startTime: [50, 1], endTime: [200, 7], value: 0.30000000000000004 },
  ]);
  for (const { name } of [TEMPERATURE, PEOPLE]) {
    assert.deepEqual(pointsOf(collected, name), [
      { attributes: room('a'), startTime: [100, 0], endTime: [200, 7], value: 0.3 },
    ]);
  }
});

test('no point ends before it starts', async () => {
  const timeNs = 90_000_000_000n;
  const collected = await meter().collect(
    readingsOf([
      { metric: ENERGY, attributes: room('a'), value: 1, startTimeNs: 300_000_000_007n, timeNs },
      { metric: PEOPLE, attributes: room('a'), value: 1, timeNs },
    ]),
  );
  assert.deepEqual(pointsOf(collected, ENERGY.name)[0]?.endTime, [300, 7]);
  const [people] = pointsOf(collected, PEOPLE.name);
  assert.deepEqual(
    [people?.startTime, people?.endTime],
    [
      [90, 0],
      [90, 0],
    ],
  );
});

test('a reading without a time has the time of the collection', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
  const collected = await meter().collect(readingsOf([{ metric: ENERGY, attributes: room('a'), value: 1 }]));
  assert.deepEqual(pointsOf(collected, ENERGY.name)[0]?.endTime, [1_700_000_000, 0]);
});

test('of readings with equal attributes, the last one is exported', async () => {
  const collected = await meter().collect(
    readingsOf([
      { metric: ENERGY, attributes: { a: '1', b: 2 }, value: 1 },
      { metric: ENERGY, attributes: { a: '1', b: '2' }, value: 2 },
      { metric: ENERGY, attributes: { b: 2, a: '1' }, value: 3 },
    ]),
  );
  assert.deepEqual(
    pointsOf(collected, ENERGY.name).map(({ value }) => value),
    [3, 2],
  );
});

/** Series that exist for one sample only. */
const passing = (count: number): readonly Reading[] =>
  Array.from({ length: count }, (_, at) => ({ metric: ENERGY, attributes: { room: `${at}` }, value: at }));

test('the meter needs a replacement if it has seen more than 500 attribute objects above twice the live ones', async () => {
  for (const [count, isNeeded] of [
    [501, false],
    [502, true],
  ] as const) {
    const { collect, needsReplacement } = meter();
    await collect(readingsOf(passing(count)));
    assert.equal(needsReplacement(), false, 'all are live');
    await collect(readingsOf([{ metric: ENERGY, attributes: room('cellar'), value: 1 }]));
    assert.equal(needsReplacement(), isNeeded, `${count} have ended`);
  }
});

test('live series alone never need a replacement', async () => {
  const { collect, needsReplacement } = meter();
  const readings = Array.from({ length: 8000 }, (_, at) => ({ metric: ENERGY, attributes: room(`r${at}`), value: at }));
  for (let sample = 0; sample < 5; sample += 1) {
    const collected = await collect(readingsOf([...readings]));
    assert.equal(pointsOf(collected, ENERGY.name).length, 8000);
    assert.equal(needsReplacement(), false);
  }
});
