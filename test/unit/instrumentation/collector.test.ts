import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import type { ResourceCollection } from '../../../instrumentation/collection.ts';
import type { Reading, Readings, ResourceReadings } from '../../../instrumentation/metric-definition.ts';
import { parseExposition } from '../../real/exposition.ts';
import {
  collectorOf,
  createRooms,
  ENERGY,
  type FakeSource,
  fakeSource,
  GARDEN,
  HUMIDITY,
  pagesOf,
  ROOMS,
  readingsOf,
} from './fake-source.ts';

const room = createRooms();
const energy = (value: number, name = 'hall'): Reading => ({ metric: ENERGY, attributes: room(name), value });

/** By resource: `scope metric attributes`, with the value. */
function shown(collected: readonly ResourceCollection[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    collected.map(({ key, scopes }) => [
      key,
      scopes.flatMap(({ metrics }) =>
        metrics.flatMap(({ data }) =>
          data.dataPoints.map(({ attributes, value }) => `${data.descriptor.name} ${attributes['room']} ${value}`),
        ),
      ),
    ]),
  );
}

/** Counts the meters that are created. */
function countMeters(context: TestContext): () => number {
  const { mock } = context.mock.method(MeterProvider.prototype, 'getMeter');
  return () => mock.callCount();
}

test('a set of two exporters is collected once per sample; a set of one exporter is not cached', async () => {
  const source = fakeSource();
  const collector = collectorOf(source, [ROOMS], [ROOMS, GARDEN]);
  source.show([energy(1)], [{ metric: HUMIDITY, attributes: room('bed'), value: 0.5 }]);
  const [one, both] = await Promise.all([collector.collect([ROOMS]), collector.collect([ROOMS, GARDEN])]);
  assert.deepEqual(shown(one), { house: ['room.energy hall 1'] });
  assert.deepEqual(shown(both), { house: ['room.energy hall 1', 'garden.humidity bed 0.5'] });
  assert.equal(one[0]?.scopes[0], both[0]?.scopes[0], 'shared');
  const again = await collector.collect([ROOMS, GARDEN]);
  assert.equal(again[0]?.scopes[0], both[0]?.scopes[0]);
  assert.notEqual(again[0]?.scopes[1], both[0]?.scopes[1]);
  source.show([energy(2)]);
  assert.deepEqual(shown(await collector.collect([ROOMS])), { house: ['room.energy hall 2'] });
});

test('collections that overlap return the sample of their call', async () => {
  const source = fakeSource();
  const collector = collectorOf(source, [ROOMS]);
  const collecting = [1, 2, 3].map((value) => {
    source.show([energy(value)]);
    return collector.collect([ROOMS]);
  });
  for (const [at, collected] of (await Promise.all(collecting)).entries()) {
    assert.deepEqual(shown(collected), { house: [`room.energy hall ${at + 1}`] });
  }
});

test('a failed collection is not cached', async (context) => {
  const source = fakeSource();
  const collector = collectorOf(source, [ROOMS], [ROOMS]);
  source.show([energy(1)]);
  const { mock } = context.mock.method(MetricReader.prototype, 'collect', () => Promise.reject(new Error('no memory')));
  await Promise.all([1, 2].map(() => assert.rejects(collector.collect([ROOMS]), /no memory/)));
  mock.restore();
  assert.deepEqual(shown(await collector.collect([ROOMS])), { house: ['room.energy hall 1'] });
});

test('a set whose readings throw fails the collection with all errors of the SDK', async () => {
  const source = fakeSource();
  const collector = collectorOf(source, [ROOMS]);
  const readings: Readings = {
    get byScope(): never {
      throw new Error('no readings');
    },
  };
  source.others = [{ key: 'failing', resource: {}, readings }];
  await assert.rejects(collector.collect([ROOMS]), (error) => {
    assert.ok(error instanceof AggregateError);
    assert.deepEqual(error.errors.map(String), ['Error: no readings']);
    return true;
  });
});

test('each resource has its own series; a resource that returns starts again', async (context) => {
  const created = countMeters(context);
  const source = fakeSource();
  const collector = collectorOf(source, [ROOMS]);
  const other = (key: string, value: number): ResourceReadings => ({
    key,
    resource: { 'service.instance.id': key },
    readings: readingsOf([energy(value)]),
  });
  source.show([energy(1)]);
  source.others = [other('a', 10), other('b', 20)];
  const all = await collector.collect([ROOMS]);
  assert.deepEqual(shown(all), {
    house: ['room.energy hall 1'],
    a: ['room.energy hall 10'],
    b: ['room.energy hall 20'],
  });
  assert.deepEqual(
    all.slice(1).map(({ resource }) => resource.attributes['service.instance.id']),
    ['a', 'b'],
  );
  source.others = [other('b', 21)];
  assert.deepEqual(shown(await collector.collect([ROOMS])), {
    house: ['room.energy hall 1'],
    b: ['room.energy hall 21'],
  });
  source.others = [other('a', 5)];
  assert.deepEqual(shown(await collector.collect([ROOMS])), {
    house: ['room.energy hall 1'],
    a: ['room.energy hall 5'],
  });
  assert.equal(created(), 4);
});

/** Series that exist for one sample only. One more series stays. */
const PER_SAMPLE = 200;

function showGeneration(source: FakeSource, generation: number): void {
  const passing: readonly Reading[] = Array.from({ length: PER_SAMPLE }, (_, at) => ({
    metric: ENERGY,
    attributes: { room: `g${generation}-${at}` },
    value: generation + at,
    startTimeNs: 5_000_000_000n,
  }));
  source.show([...passing, energy(1_000_000 + generation, 'cellar')]);
}

test('thousands of short-lived series: every page is complete, and the meter is replaced', async (context) => {
  const created = countMeters(context);
  const source = fakeSource();
  const { page } = pagesOf(source);
  for (let generation = 0; generation < 20; generation += 1) {
    showGeneration(source, generation);
    const { series } = parseExposition((await page()).body.toString());
    const found = new Map(series.map(({ name, labels, value }) => [`${name} ${labels.get('room')}`, value]));
    assert.equal(found.size, PER_SAMPLE + 2, 'and the resource');
    assert.equal(found.get('room_energy_total cellar'), 1_000_000 + generation);
    assert.equal(found.get(`room_energy_total g${generation}-0`), generation);
  }
  // Replaced after every fifth sample: 1,001 attribute objects, 201 of them live.
  assert.equal(created(), 4);
});

test('a counter without a reported start time keeps its start time when the meter is replaced', async (context) => {
  const created = countMeters(context);
  const source = fakeSource();
  const collector = collectorOf(source, [ROOMS]);
  const starts = new Set<string>();
  for (let generation = 0; generation < 20; generation += 1) {
    showGeneration(source, generation);
    const points = (await collector.collect([ROOMS])).flatMap(({ scopes }) =>
      scopes.flatMap(({ metrics }) => metrics.flatMap(({ data }) => [...data.dataPoints])),
    );
    const cellar = points.find(({ attributes }) => attributes === room('cellar'));
    starts.add(String(cellar?.startTime));
  }
  assert.ok(created() > 1);
  assert.equal(starts.size, 1);
});
