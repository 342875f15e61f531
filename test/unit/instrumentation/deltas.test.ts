/** Deltas: a receiver gets all growth once, even if exports fail. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import * as fc from 'fast-check';
import type { NumericMetric, ResourceCollection } from '../../../instrumentation/collection.ts';
import { createDeltas } from '../../../instrumentation/deltas.ts';
import type { ExportLoop } from '../../../instrumentation/export-loop.ts';
import type { Reading } from '../../../instrumentation/metric-definition.ts';
import { ExportError, type MetricExporter } from '../../../instrumentation/metric-exporter.ts';
import { propertyRuns } from '../../helpers/property-runs.ts';
import { createRooms, ENERGY, type FakeSource, fakeSource, PEOPLE, startLoop } from './fake-source.ts';

const room = createRooms();
/** The totals of counters that started earlier may have been exported before. */
const PROGRAM_START_NS = 1_000_000_000_000n;
const BEFORE = PROGRAM_START_NS - 1n;
const AFTER = PROGRAM_START_NS + 5_000_000_000n;

interface Receiver {
  readonly source: FakeSource;
  readonly loop: ExportLoop;
  isUp: boolean;
  /** Points of the energy counter that arrived, an array for each export. */
  readonly arrived: (readonly DataPoint<number>[])[];
  /** The last export, whether it was accepted or not. */
  last(): ResourceMetrics;
}

function receiver(context?: TestContext): Receiver {
  const source = fakeSource();
  const arrived: (readonly DataPoint<number>[])[] = [];
  const state = { isUp: true };
  let lastMetrics: ResourceMetrics | undefined;
  const exporter: MetricExporter = {
    temporality: 'delta',
    async export([metrics]) {
      lastMetrics = metrics;
      if (!state.isUp) return { error: new ExportError('unreachable', 'down') };
      if (metrics !== undefined) arrived.push(energyOf(metrics));
      return {};
    },
    close: async () => {},
  };
  const { loop } = startLoop(source, exporter, { intervalMs: 3_600_000, programStartNs: PROGRAM_START_NS });
  context?.after(() => loop.shutdown(100));
  return Object.assign(state, { source, loop, arrived, last: () => lastMetrics ?? assert.fail('no export') });
}

function energyOf({ scopeMetrics }: ResourceMetrics): readonly DataPoint<number>[] {
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .filter(({ descriptor }) => descriptor.name === ENERGY.name)
    .flatMap(({ dataPoints, aggregationTemporality }) => {
      assert.equal(aggregationTemporality, AggregationTemporality.DELTA);
      return dataPoints.flatMap(({ value, ...point }) => (typeof value === 'number' ? [{ ...point, value }] : []));
    });
}

const energy = (value: number, startTimeNs: bigint | undefined, name = 'hall'): Reading => ({
  metric: ENERGY,
  attributes: room(name),
  value,
  startTimeNs,
});

type Step = readonly [value: number | undefined, startTimeNs?: bigint | undefined, isUp?: boolean];

const CASES: readonly (readonly [name: string, steps: readonly Step[], values: readonly (readonly number[])[]])[] = [
  [
    'growth between exports',
    [
      [100, BEFORE],
      [130, BEFORE],
      [130, BEFORE],
    ],
    [[], [30], [0]],
  ],
  [
    'a counter that started later is exported with its total',
    [
      [7, AFTER],
      [9, AFTER],
    ],
    [[7], [2]],
  ],
  ['also one that started with the program', [[7, PROGRAM_START_NS]], [[7]]],
  [
    'a start time that moves back is not a restart',
    [
      [7, AFTER + 1n],
      [9, AFTER],
    ],
    [[7], [2]],
  ],
  [
    'a counter without a start time is exported from its second value on',
    [
      [7, undefined],
      [9, undefined],
    ],
    [[], [2]],
  ],
  [
    'a decrease without a new start time is no growth, for example if a device was removed',
    [
      [100, BEFORE],
      [20, BEFORE],
      [25, BEFORE],
    ],
    [[], [], [5]],
  ],
  [
    'also during an outage',
    [
      [100, BEFORE],
      [20, BEFORE, false],
      [25, BEFORE],
    ],
    [[], [5]],
  ],
  [
    'a later start time is a restart: the total is exported',
    [
      [100, BEFORE],
      [20, AFTER],
    ],
    [[], [20]],
  ],
  [
    'even if the value exceeds the old one',
    [
      [100, BEFORE],
      [150, AFTER],
    ],
    [[], [150]],
  ],
  [
    'growth during an outage is exported after it',
    [
      [100, BEFORE],
      [110, BEFORE, false],
      [125, BEFORE, false],
      [130, BEFORE],
    ],
    [[], [30]],
  ],
  [
    'also if the outage comes first',
    [
      [5, AFTER, false],
      [8, AFTER, false],
      [9, AFTER],
    ],
    [[9]],
  ],
  [
    'also for a counter that started before the program',
    [
      [100, BEFORE, false],
      [104, BEFORE],
    ],
    [[4]],
  ],
  [
    'a restart during an outage loses the growth between the last export and the restart',
    [
      [100, BEFORE],
      [110, BEFORE, false],
      [6, AFTER],
    ],
    [[], [6]],
  ],
  ['a series that returns continues', [[100, BEFORE], [undefined], [104, BEFORE]], [[], [], [4]]],
  [
    'also if it was absent from the first export after an outage',
    [[7, AFTER], [9, AFTER, false], [undefined], [12, AFTER]],
    [[7], [], [5]],
  ],
];

for (const [name, steps, values] of CASES) {
  test(name, async (context) => {
    context.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
    const received = receiver(context);
    for (const [value, startTimeNs, isUp = true] of steps) {
      received.isUp = isUp;
      const others: readonly Reading[] = [{ metric: PEOPLE, attributes: room('hall'), value: 1 }];
      received.source.show(value === undefined ? others : [...others, energy(value, startTimeNs)]);
      await received.loop.flush(60_000);
      context.mock.timers.tick(5);
    }
    assert.deepEqual(
      received.arrived.map((points) => points.map((point) => point.value)),
      values,
    );
  });
}

test('intervals of a series have no gaps or overlaps, and begin with its start time', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
  const received = receiver(context);
  for (const [value, isUp] of [
    [7, true],
    [8, false],
    [10, true],
    [11, true],
  ] as const) {
    received.isUp = isUp;
    received.source.show([energy(value, AFTER)]);
    await received.loop.flush(60_000);
    context.mock.timers.tick(5);
  }
  const [first, second, third] = received.arrived.flat();
  assert.deepEqual(first?.startTime, [1005, 0]);
  assert.deepEqual(second?.startTime, first?.endTime);
  assert.deepEqual(third?.startTime, second?.endTime);
});

test('a restart before the end of the last interval begins its interval there', async (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
  const received = receiver(context);
  for (const startTimeNs of [AFTER, AFTER + 1n]) {
    received.source.show([energy(7, startTimeNs)]);
    await received.loop.flush(60_000);
    context.mock.timers.tick(5);
  }
  const [first, second] = received.arrived.flat();
  assert.deepEqual(second?.startTime, first?.endTime);
  assert.equal(second?.value, 7);
});

test('metrics without growth are not exported', async (context) => {
  const { source, loop, last } = receiver(context);
  source.show([energy(7, BEFORE), { metric: PEOPLE, attributes: room('hall'), value: 1 }]);
  await loop.flush(60_000);
  assert.deepEqual(
    last().scopeMetrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name)),
    [PEOPLE.name],
  );
});

test('series of other resources and scopes are separate', () => {
  const deltas = createDeltas(PROGRAM_START_NS);
  let exported: readonly ResourceCollection[] = [];
  const valuesOf = (...totals: readonly (readonly [key: string, scope: string, value: number])[]) => {
    exported = deltas.of(totals.map(([key, scope, value]) => collectionOf(key, scope, value)));
    return exported
      .flatMap(({ scopes }) => scopes.flatMap(({ metrics }) => metrics.flatMap(({ data }) => data.dataPoints)))
      .map(({ value }) => value);
  };
  assert.deepEqual(valuesOf(['a', 'x', 10], ['b', 'x', 100], ['a', 'y', 1000]), [10, 100, 1000]);
  deltas.acknowledge(exported);
  assert.deepEqual(valuesOf(['a', 'x', 11], ['b', 'x', 102], ['a', 'y', 1003]), [1, 2, 3]);
});

/** A collection with one energy counter that started after the program. */
function collectionOf(key: string, scope: string, value: number): ResourceCollection {
  const reading = energy(value, AFTER);
  const data: NumericMetric = {
    descriptor: { name: ENERGY.name, description: '', unit: 'J', valueType: ValueType.DOUBLE },
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints: [{ attributes: reading.attributes, startTime: [1005, 0], endTime: [1006 + value, 0], value }],
  };
  return {
    key,
    resource: emptyResource(),
    scopes: [{ scope: { name: scope }, metrics: [{ data, readings: [reading] }] }],
  };
}

/** Exports series with these names and values, all started before the program. Returns the exported values. */
async function exportSeries(
  { source, loop, arrived }: Receiver,
  series: readonly (readonly [name: string, value: number])[],
): Promise<readonly number[]> {
  source.show(series.map(([name, value]) => energy(value, BEFORE, name)));
  const before = arrived.length;
  await loop.flush(60_000);
  return arrived.slice(before).flatMap((points) => points.map(({ value }) => value));
}

const many = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 10] as const);

test('5,000 ended series are remembered; the one that ended first is dropped', async (context) => {
  const received = receiver(context);
  await exportSeries(received, many('old', 5001));
  for (const value of [1, 2]) await exportSeries(received, [['new', value]]);
  // The third collection without them drops one.
  const values = await exportSeries(received, [
    ['new', 5],
    ['old0', 15],
    ['old1', 17],
  ]);
  assert.deepEqual(values, [3, 7]);
});

test('the series whose last acknowledged export is oldest is dropped first', async (context) => {
  const received = receiver(context);
  await exportSeries(received, [
    ['later', 1],
    ['earlier', 1],
  ]);
  await exportSeries(received, [['later', 2]]);
  await exportSeries(received, many('old', 4999));
  for (const value of [1, 2]) await exportSeries(received, [['new', value]]);
  const values = await exportSeries(received, [
    ['later', 12],
    ['earlier', 100],
  ]);
  assert.deepEqual(values, [10]);
});

test('a current series is never dropped, even if no export succeeds', async (context) => {
  const received = receiver(context);
  await exportSeries(received, [['current', 1]]);
  received.isUp = false;
  await exportSeries(received, [['current', 2], ...many('old', 5001)]);
  for (const value of [3, 4]) await exportSeries(received, [['current', value]]);
  received.isUp = true;
  assert.deepEqual(await exportSeries(received, [['current', 11]]), [10]);
});

test('up-down counters are cumulative', async (context) => {
  const { source, loop, last } = receiver(context);
  for (const value of [5, 3]) {
    source.show([{ metric: PEOPLE, attributes: room('hall'), value }]);
    await loop.flush(60_000);
    const [people] = last().scopeMetrics.flatMap(({ metrics }) => metrics);
    assert.equal(people?.aggregationTemporality, AggregationTemporality.CUMULATIVE);
    assert.deepEqual(
      people?.dataPoints.map((point) => point.value),
      [value],
    );
  }
});

/** The growth of a counter before each export, and whether the export succeeds and contains the counter. */
const history = fc.array(fc.record({ growth: fc.nat(1000), isUp: fc.boolean(), isShown: fc.boolean() }), {
  maxLength: 20,
});

test('the exported deltas add up to the growth, whatever exports fail', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const received = receiver();
      let total = 0;
      for (const { growth, isUp, isShown } of [...steps, { growth: 1, isUp: true, isShown: true }]) {
        total += growth;
        received.isUp = isUp;
        received.source.show(isShown ? [energy(total, AFTER)] : []);
        await received.loop.flush(60_000);
      }
      await received.loop.shutdown(60_000);
      const sum = received.arrived.flat().reduce((all, { value }) => all + value, 0);
      assert.equal(sum, total);
      for (const { value } of received.arrived.flat()) assert.ok(value >= 0);
    }),
    propertyRuns(50),
  );
});
