import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globsOf } from '../../../helpers/config.ts';
import { formatViolations } from '../../../helpers/exposition-rules.ts';
import {
  createRooms,
  ENERGY,
  type FakeSource,
  fakeSource,
  pagesOf,
  ROOMS,
  readingsOf,
  TEMPERATURE,
} from '../fake-source.ts';

const room = createRooms();

/** Lines of series other than target_info, with these patterns as the option. */
async function linesOf(source: FakeSource, patterns: readonly string[], sets = [ROOMS]): Promise<readonly string[]> {
  const globs = globsOf(...patterns);
  const isResourceLabel = (name: string): boolean => globs.some(({ matches }) => matches(name));
  const { page } = pagesOf(source, sets, { isResourceLabel });
  const text = (await page()).body.toString();
  assert.deepEqual(formatViolations(text), []);
  return text.split('\n').filter((line) => line.startsWith('room_'));
}

function house(attributes: Readonly<Record<string, string>>): FakeSource {
  const source = fakeSource();
  source.identity = Object.freeze({ 'service.instance.id': '1', ...attributes });
  source.show([
    { metric: TEMPERATURE, attributes: room('hall'), value: 20 },
    { metric: ENERGY, attributes: Object.freeze({}), value: 7 },
  ]);
  return source;
}

test('selected attributes are on every series, and target_info does not change', async () => {
  const source = house({ 'house.name': 'a "b"\\\nc', 'house.street': 'x', other: 'y' });
  assert.deepEqual(await linesOf(source, ['house.*', 'no.such']), [
    'room_temperature{house_name="a \\"b\\"\\\\\\nc",house_street="x",room="hall"} 20',
    'room_energy_total{house_name="a \\"b\\"\\\\\\nc",house_street="x"} 7',
  ]);
  const targetOf = async (isResourceLabel?: () => boolean): Promise<string | undefined> => {
    const { body } = await pagesOf(source, [ROOMS], { isResourceLabel }).page();
    return /^target_info\{.*$/m.exec(body.toString())?.[0];
  };
  assert.equal(await targetOf(() => true), await targetOf());
});

test('without a matching attribute nothing is added', async () => {
  const source = house({});
  assert.deepEqual(await linesOf(source, ['house.*']), ['room_temperature{room="hall"} 20', 'room_energy_total 7']);
});

test('a label of the metric takes precedence', async () => {
  const source = house({ room: 'of the house', 'house.name': 'a' });
  assert.deepEqual(await linesOf(source, ['room', 'house.name']), [
    'room_temperature{house_name="a",room="hall"} 20',
    'room_energy_total{room="of the house",house_name="a"} 7',
  ]);
});

test('attributes with the same label are joined, as in target_info', async () => {
  const source = house({ 'a.b': '1', a_b: '2', '1st': '3', __name__: 'forged' });
  const labels = 'a_b="1;2",key_1st="3",_name_="forged"';
  assert.deepEqual((await linesOf(source, ['a?b', '1st', '__name__']))[1], `room_energy_total{${labels}} 7`);
});

test('several resources: each with its own labels, and the identifying labels take precedence', async () => {
  const source = house({ 'house.name': 'a', street: 'ignored' });
  const readings = readingsOf([{ metric: TEMPERATURE, attributes: room('hall'), value: 21 }]);
  const other = Object.freeze({ 'service.instance.id': '2', 'house.name': 'b', 'house.street': 'z' });
  source.others = [{ key: 'other', resource: other, readings }];
  const sets = [{ ...ROOMS, resourceLabels: { 'service.instance.id': 'street' } }];
  // The same attributes object in both resources.
  assert.deepEqual(await linesOf(source, ['house.name', 'street'], sets), [
    'room_temperature{house_name="a",street="1",room="hall"} 20',
    'room_temperature{house_name="b",street="2",room="hall"} 21',
    'room_energy_total{house_name="a",street="1"} 7',
  ]);
});

test('labels follow the resource when its attributes change', async () => {
  const source = house({ 'house.name': 'a' });
  const { page } = pagesOf(source, [ROOMS], { isResourceLabel: (name) => name === 'house.name' });
  assert.match((await page()).body.toString(), /house_name="a",room="hall"/);
  source.identity = Object.freeze({ 'house.name': 'b' });
  assert.match((await page()).body.toString(), /house_name="b",room="hall"/);
});
