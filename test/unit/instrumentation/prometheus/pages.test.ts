import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reading } from '../../../../instrumentation/metric-definition.ts';
import { parseExposition } from '../../../real/exposition.ts';
import {
  createRooms,
  ENERGY,
  type FakeSource,
  fakeSource,
  GARDEN,
  HUMIDITY,
  PEOPLE,
  pagesOf,
  ROOMS,
  readingsOf,
  TEMPERATURE,
} from '../fake-source.ts';

const room = createRooms();

function pull(source: FakeSource = fakeSource(), sets = [ROOMS]) {
  const { page, collector } = pagesOf(source, sets);
  return {
    source,
    page,
    collector,
    /** The values by `name{room}`, without target_info. */
    series: async (): Promise<Readonly<Record<string, number>>> => {
      const { body } = await page();
      const all = parseExposition(body.toString()).series.filter(({ name }) => name !== 'target_info');
      return Object.fromEntries(all.map(({ name, labels, value }) => [`${name}{${[...labels.values()]}}`, value]));
    },
  };
}

test('gauges, counters and up-down counters on one page', async () => {
  const { source, page } = pull();
  source.show([
    { metric: TEMPERATURE, attributes: room('hall'), value: 20.5 },
    { metric: ENERGY, attributes: room('hall'), value: 1e15 },
    { metric: PEOPLE, attributes: room('hall'), value: 0 },
  ]);
  const text = (await page()).body.toString();
  const lines = text.split('\n').filter((line) => line.includes('room'));
  assert.deepEqual(lines, [
    '# HELP room_temperature Temperature.',
    '# TYPE room_temperature gauge',
    'room_temperature{room="hall"} 20.5',
    '# HELP room_energy_total Heat.',
    '# TYPE room_energy_total counter',
    'room_energy_total{room="hall"} 1000000000000000',
    '# HELP room_people People in the room.',
    '# TYPE room_people gauge',
    'room_people{room="hall"} 0',
  ]);
  assert.equal((await page()).contentType, 'text/plain; version=0.0.4; charset=utf-8');
});

test('a series that is no longer observed disappears at once, and can return', async () => {
  const { source, series } = pull();
  const hall: readonly Reading[] = [TEMPERATURE, ENERGY, PEOPLE].map((metric) => ({
    metric,
    attributes: room('hall'),
    value: 1,
  }));
  const attic: readonly Reading[] = [TEMPERATURE, ENERGY, PEOPLE].map((metric) => ({
    metric,
    attributes: room('attic'),
    value: 2,
  }));
  source.show([...hall, ...attic]);
  assert.equal(Object.keys(await series()).length, 6);
  source.show(hall);
  assert.deepEqual(await series(), {
    'room_temperature{hall}': 1,
    'room_energy_total{hall}': 1,
    'room_people{hall}': 1,
  });
  source.show([]);
  assert.deepEqual(await series(), {});
  source.show(attic);
  assert.deepEqual(await series(), {
    'room_temperature{attic}': 2,
    'room_energy_total{attic}': 2,
    'room_people{attic}': 2,
  });
});

test('values are exact', async () => {
  const { source, series } = pull();
  const values = [0.1, 0.3, 0.30000000000000004, 0.7, 123456.789, 123456.79, 9007199254740991, 1e17 + 16];
  for (const value of values) {
    source.show([
      { metric: ENERGY, attributes: room('hall'), value },
      { metric: PEOPLE, attributes: room('hall'), value },
    ]);
    assert.deepEqual(await series(), { 'room_energy_total{hall}': value, 'room_people{hall}': value });
  }
});

test('a counter that decreases shows the lower value', async () => {
  const { source, series } = pull();
  for (const value of [100, 250, 7, 8, 0, 3]) {
    source.show([{ metric: ENERGY, attributes: room('hall'), value }]);
    assert.deepEqual(await series(), { 'room_energy_total{hall}': value });
  }
});

test('a page is rendered once per sample', async () => {
  const { source, page } = pull();
  source.show([{ metric: TEMPERATURE, attributes: room('hall'), value: 1 }]);
  const first = page();
  const second = page();
  assert.equal(first, second, 'during rendering');
  assert.equal(await first, await page(), 'after rendering');
  const before = source.reads;
  await Promise.all(Array.from({ length: 200 }, () => page()));
  assert.equal(source.reads - before, 200, 'checks for new readings only');
  assert.equal(await (await first).gzip(), await (await second).gzip());
  source.show([{ metric: TEMPERATURE, attributes: room('hall'), value: 1 }]);
  assert.notEqual(page(), first, 'equal readings in a new object are a new sample');
});

test('new readings during rendering: each scrape returns the sample of its time or a newer one', async () => {
  const { source, page } = pull();
  const show = (value: number): void => source.show([{ metric: TEMPERATURE, attributes: room('hall'), value }]);
  show(1);
  const first = page();
  show(2);
  const second = page();
  show(3);
  const third = page();
  const values: (number | undefined)[] = [];
  for (const page of [first, second, third]) {
    values.push(parseExposition((await page).body.toString()).value('room_temperature', { room: 'hall' }));
  }
  for (const [at, value] of values.entries()) assert.ok(value !== undefined && value >= at + 1, `${values}`);
  assert.equal(values[2], 3);
});

test('a failed collection rejects; the next scrape collects again', async () => {
  const source = fakeSource();
  const { page, collector } = pagesOf(source);
  const { collect } = collector;
  collector.collect = () => Promise.reject(new Error('no memory'));
  await assert.rejects(page(), /no memory/);
  collector.collect = collect;
  assert.match((await page()).body.toString(), /target_info/);
});

test('the SDK’s limit of 2000 series does not apply', async () => {
  const { source, series } = pull();
  source.show(Array.from({ length: 5000 }, (_, at) => ({ metric: ENERGY, attributes: room(`r${at}`), value: at })));
  const found = await series();
  assert.equal(Object.keys(found).length, 5000);
  assert.equal(found['room_energy_total{r4999}'], 4999);
  assert.ok(!Object.keys(found).some((name) => name.includes('overflow')));
});

test('a page has the current resource', async () => {
  const { source, page } = pull();
  source.show([]);
  const info = async (): Promise<ReadonlyMap<string, string> | undefined> =>
    parseExposition((await page()).body.toString()).series.find(({ name }) => name === 'target_info')?.labels;
  const before = await info();
  assert.equal(before?.get('service_name'), 'test');
  assert.match(before?.get('service_instance_id') ?? '', /^[0-9a-f-]{36}$/, 'random');
  source.identity = Object.freeze({ 'service.instance.id': 'task-1', 'cloud.region': 'eu-west-1' });
  source.show([]);
  const after = await info();
  assert.equal(after?.get('service_instance_id'), 'task-1');
  assert.equal(after?.get('cloud_region'), 'eu-west-1');
  assert.equal(after?.get('service_name'), 'test');
});

test('pages over one source show their own sets, each at its own time', async () => {
  const source = fakeSource();
  const rooms = pull(source, [ROOMS]);
  const garden = pull(source, [GARDEN]);
  const both = pull(source, [ROOMS, GARDEN]);
  source.show(
    [{ metric: TEMPERATURE, attributes: room('hall'), value: 20 }],
    [{ metric: HUMIDITY, attributes: {}, value: 0.4 }],
  );
  assert.deepEqual(await rooms.series(), { 'room_temperature{hall}': 20 });
  assert.deepEqual(await both.series(), { 'room_temperature{hall}': 20, 'garden_humidity_ratio{}': 0.4 });
  source.show(
    [{ metric: TEMPERATURE, attributes: room('hall'), value: 21 }],
    [{ metric: HUMIDITY, attributes: {}, value: 0.5 }],
  );
  assert.deepEqual(await garden.series(), { 'garden_humidity_ratio{}': 0.5 });
  assert.deepEqual(await both.series(), { 'room_temperature{hall}': 21, 'garden_humidity_ratio{}': 0.5 });
  assert.deepEqual(await rooms.series(), { 'room_temperature{hall}': 21 });
});

test('readings of a metric outside the sets are ignored', async () => {
  const { source, series } = pull();
  source.show([
    { metric: HUMIDITY, attributes: {}, value: 1 },
    { metric: TEMPERATURE, attributes: {}, value: 2 },
  ]);
  assert.deepEqual(await series(), { 'room_temperature{}': 2 });
});

test('a resource without any attribute of the labels has no labels on its series', async () => {
  const source = fakeSource();
  const { page } = pagesOf(source, [{ ...ROOMS, resourceLabels: { 'house.name': 'house' } }]);
  source.show([{ metric: TEMPERATURE, attributes: room('hall'), value: 20 }]);
  const readings = readingsOf([{ metric: ENERGY, attributes: {}, value: 7 }]);
  source.others = [{ key: 'other', resource: Object.freeze({ 'service.instance.id': '2' }), readings }];
  const text = (await page()).body.toString();
  assert.match(text, /^room_temperature\{room="hall"\} 20$/m);
  assert.match(text, /^room_energy_total 7$/m);
});

test('several resources: each family once, with labels that identify the resources', async () => {
  const source = fakeSource();
  const sets = [{ ...ROOMS, resourceLabels: { 'house.name': 'house', 'house.street': 'street' } }, GARDEN];
  const { page } = pagesOf(source, sets);
  source.identity = Object.freeze({ 'service.instance.id': '1', 'house.name': 'a "b"', 'house.street': 'x' });
  source.show([{ metric: TEMPERATURE, attributes: room('hall'), value: 20 }]);
  const other = Object.freeze({ 'service.instance.id': '2', 'house.name': 'c' });
  const garden: readonly Reading[] = [{ metric: HUMIDITY, attributes: {}, value: 0.5 }];
  const readings = readingsOf(
    [
      { metric: TEMPERATURE, attributes: { room: 'hall' }, value: 21 },
      { metric: ENERGY, attributes: {}, value: 7 },
    ],
    garden,
  );
  source.others = [{ key: 'other', resource: other, readings }];
  const text = (await page()).body.toString();
  assert.deepEqual(text.replace(/^target_info\{.*service_instance_id="(\d)".*$/gm, 'target_info $1').split('\n'), [
    '# HELP target_info Target metadata',
    '# TYPE target_info gauge',
    'target_info 1',
    'target_info 2',
    '# HELP room_temperature Temperature.',
    '# TYPE room_temperature gauge',
    'room_temperature{house="a \\"b\\"",street="x",room="hall"} 20',
    'room_temperature{house="c",room="hall"} 21',
    '# HELP room_energy_total Heat.',
    '# TYPE room_energy_total counter',
    'room_energy_total{house="c"} 7',
    '# HELP garden_humidity_ratio Relative humidity.',
    '# TYPE garden_humidity_ratio gauge',
    'garden_humidity_ratio 0.5',
    '',
  ]);
  source.others = [];
  assert.match((await page()).body.toString(), /^room_temperature\{room="hall"\} 20$/m, 'a single resource again');
});
