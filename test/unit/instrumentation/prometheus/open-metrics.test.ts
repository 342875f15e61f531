import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPEN_METRICS } from '../../../../instrumentation/prometheus/open-metrics.ts';
import { EVERYTHING } from '../../../../src/metrics/catalogue.ts';
import { metricSet } from '../../../../src/metrics/row-instruments.ts';
import { VOCABULARIES } from '../../../../src/metrics/vocabulary.ts';
import { prometheusName } from '../../../helpers/prometheus-name.ts';
import {
  createRooms,
  ENERGY,
  fakeSource,
  GARDEN,
  HUMIDITY,
  pagesOf,
  ROOMS,
  readingsOf,
  TEMPERATURE,
} from '../fake-source.ts';

const room = createRooms();
const OPEN = 'application/openmetrics-text';

function setUp(sets = [ROOMS]) {
  const source = fakeSource();
  const { page } = pagesOf(source, sets, { alternative: OPEN_METRICS });
  return { source, page, lines: async () => (await page(OPEN)).body.toString().split('\n').slice(3) };
}

test('families without _total in their names, start times after each total, and an end', async () => {
  const { source, lines, page } = setUp();
  source.show([
    { metric: ENERGY, attributes: room('hall'), value: 1, startTimeNs: 1_790_000_000_123_456_789n },
    { metric: ENERGY, attributes: room('attic'), value: 2 },
    { metric: ENERGY, attributes: {}, value: 3, startTimeNs: 5n },
    { metric: TEMPERATURE, attributes: room('hall'), value: Number.NaN },
  ]);
  assert.deepEqual(await lines(), [
    '# TYPE room_temperature gauge',
    '# HELP room_temperature Temperature.',
    'room_temperature{room="hall"} NaN',
    '# TYPE room_energy counter',
    '# HELP room_energy Heat.',
    'room_energy_total{room="hall"} 1',
    'room_energy_created{room="hall"} 1790000000.123456789',
    'room_energy_total{room="attic"} 2',
    'room_energy_total 3',
    'room_energy_created 0.000000005',
    '# EOF',
    '',
  ]);
  assert.equal((await page(OPEN)).contentType, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
});

test('units and escaped descriptions', async () => {
  const escaped = { ...TEMPERATURE, unit: 's', description: 'a "b" \\ c\nd' };
  const total = { ...ENERGY, unit: 'By', description: '' };
  const { source, lines } = setUp([{ ...ROOMS, metrics: [escaped, total] }, GARDEN]);
  source.show(
    [
      { metric: escaped, attributes: {}, value: 1 },
      { metric: total, attributes: {}, value: 1 },
    ],
    [{ metric: HUMIDITY, attributes: {}, value: 0.5 }],
  );
  const headings = (await lines()).filter((line) => line.startsWith('#'));
  assert.deepEqual(headings, [
    '# TYPE room_temperature_seconds gauge',
    '# UNIT room_temperature_seconds seconds',
    '# HELP room_temperature_seconds a \\"b\\" \\\\ c\\nd',
    '# TYPE room_energy_bytes counter',
    '# UNIT room_energy_bytes bytes',
    '# TYPE garden_humidity_ratio gauge',
    '# UNIT garden_humidity_ratio ratio',
    '# HELP garden_humidity_ratio Relative humidity.',
    '# EOF',
  ]);
});

test('a counter whose family would have the name of another one is unknown', async () => {
  const gauge = { ...TEMPERATURE, name: ENERGY.name };
  const { source, lines } = setUp([ROOMS, { ...GARDEN, metrics: [gauge] }]);
  source.show(
    [{ metric: ENERGY, attributes: {}, value: 1, startTimeNs: 5n }],
    [{ metric: gauge, attributes: {}, value: 2 }],
  );
  assert.deepEqual(
    (await lines()).filter((line) => !line.startsWith('# HELP')),
    [
      '# TYPE room_energy_total unknown',
      'room_energy_total 1',
      '# TYPE room_energy gauge',
      'room_energy 2',
      '# EOF',
      '',
    ],
  );
});

test('several resources: each family once', async () => {
  const { source, lines } = setUp([{ ...ROOMS, resourceLabels: { 'house.name': 'house' } }]);
  source.identity = Object.freeze({ 'house.name': 'a' });
  source.show([{ metric: ENERGY, attributes: {}, value: 1, startTimeNs: 10n ** 9n }]);
  const readings = readingsOf([{ metric: ENERGY, attributes: {}, value: 2, startTimeNs: 2n * 10n ** 9n }]);
  source.others = [{ key: 'other', resource: Object.freeze({ 'house.name': 'b' }), readings }];
  assert.deepEqual((await lines()).slice(1), [
    '# TYPE room_energy counter',
    '# HELP room_energy Heat.',
    'room_energy_total{house="a"} 1',
    'room_energy_created{house="a"} 1.000000000',
    'room_energy_total{house="b"} 2',
    'room_energy_created{house="b"} 2.000000000',
    '# EOF',
    '',
  ]);
});

test('both formats of one sample are rendered once, and the responses depend on Accept', async () => {
  const { source, page } = setUp();
  source.show([{ metric: TEMPERATURE, attributes: room('hall'), value: 1 }]);
  const [text, open] = await Promise.all([page(), page(OPEN)]);
  assert.equal(await page('*/*'), text);
  assert.equal(await page(`${OPEN};version=1.0.0`), open);
  assert.deepEqual([text.vary, open.vary], ['accept, accept-encoding', 'accept, accept-encoding']);
  assert.doesNotMatch(text.body.toString(), /# EOF/);
});

test('no two families of the catalogue have the same name in OpenMetrics', () => {
  const names = VOCABULARIES.flatMap((vocabulary) => metricSet(vocabulary, '', EVERYTHING).metrics.map(prometheusName));
  const families = names.map((name) => name.replace(/_total$/, ''));
  assert.equal(new Set(families).size, families.length);
  assert.deepEqual(
    families.filter((name) => name.endsWith('_created')),
    [],
  );
});
