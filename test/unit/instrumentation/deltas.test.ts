/** What a receiver of deltas gets: every growth once, whatever fails in between. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AggregationTemporality, type DataPoint, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import * as fc from 'fast-check';
import type { ExportLoop } from '../../../instrumentation/export-loop.ts';
import type { Reading } from '../../../instrumentation/metric-definition.ts';
import { ExportError, type MetricExporter } from '../../../instrumentation/metric-exporter.ts';
import { propertyRuns } from '../../helpers/property-runs.ts';
import { createRooms, ENERGY, type FakeSource, fakeSource, PEOPLE, startLoop } from './fake-source.ts';

const room = createRooms();
/** When the program began to look: a counter that began before has counted for somebody else. */
const WATCHED_FROM_NS = 1_000_000_000_000n;
const BEFORE = WATCHED_FROM_NS - 1n;
const AFTER = WATCHED_FROM_NS + 5_000_000_000n;

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
  const { loop } = startLoop(source, exporter, { intervalMs: 3_600_000, programStartNs: WATCHED_FROM_NS });
  context?.after(() => loop.shutdown(100));
  return Object.assign(state, { source, loop, arrived, last: () => lastMetrics ?? assert.fail('nothing came') });
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
    'a counter that began later comes whole',
    [
      [7, AFTER],
      [9, AFTER],
    ],
    [[7], [2]],
  ],
  [
    'one whose beginning is not known, from its second value on',
    [
      [7, undefined],
      [9, undefined],
    ],
    [[], [2]],
  ],
  [
    'a fall without a new start is no growth: a device that left, a smaller share of a network',
    [
      [100, BEFORE],
      [20, BEFORE],
      [25, BEFORE],
    ],
    [[], [], [5]],
  ],
  [
    'a later start is a new life, and counts whole',
    [
      [100, BEFORE],
      [20, AFTER],
    ],
    [[], [20]],
  ],
  [
    'even where the value has passed the old one',
    [
      [100, BEFORE],
      [150, AFTER],
    ],
    [[], [150]],
  ],
  [
    'an outage costs nothing',
    [
      [100, BEFORE],
      [110, BEFORE, false],
      [125, BEFORE, false],
      [130, BEFORE],
    ],
    [[], [30]],
  ],
  [
    'nor does one at the beginning',
    [
      [5, AFTER, false],
      [8, AFTER, false],
      [9, AFTER],
    ],
    [[9]],
  ],
  [
    'nor one of a counter from before',
    [
      [100, BEFORE, false],
      [104, BEFORE],
    ],
    [[4]],
  ],
  [
    'a restart in an outage: the growth of the old life since the last good export is gone',
    [
      [100, BEFORE],
      [110, BEFORE, false],
      [6, AFTER],
    ],
    [[], [6]],
  ],
  ['a series that was away for a while goes on', [[100, BEFORE], [undefined], [104, BEFORE]], [[], [], [4]]],
  [
    'also one that began later, and was away when an export came through',
    [[7, AFTER], [9, AFTER, false], [undefined], [12, AFTER]],
    [[7], [], [5]],
  ],
];

for (const [name, steps, values] of CASES) {
  test(name, async (context) => {
    const received = receiver(context);
    for (const [value, startTimeNs, isUp = true] of steps) {
      received.isUp = isUp;
      const others: readonly Reading[] = [{ metric: PEOPLE, attributes: room('hall'), value: 1 }];
      received.source.show(value === undefined ? others : [...others, energy(value, startTimeNs)]);
      await received.loop.flush(60_000);
    }
    assert.deepEqual(
      received.arrived.map((points) => points.map((point) => point.value)),
      values,
    );
  });
}

test('intervals of one series follow one another without gap or overlap; the first one begins with the count', async (context) => {
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

test('up-down counters stay cumulative', async (context) => {
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

/** A life of one counter: how much it grows before each export, and whether the export comes through. */
const life = fc.array(fc.record({ growth: fc.nat(1000), isUp: fc.boolean(), isShown: fc.boolean() }), {
  maxLength: 20,
});

test('whatever fails, the deltas that arrived add up to what grew and was seen', async () => {
  await fc.assert(
    fc.asyncProperty(life, async (steps) => {
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
