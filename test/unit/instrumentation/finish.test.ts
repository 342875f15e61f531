import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { createFinisher, type Finished } from '../../../instrumentation/finish.ts';
import type { Reading } from '../../../instrumentation/metric-definition.ts';
import { ENERGY, PEOPLE, ROOMS, TEMPERATURE } from './made-up.ts';

const resource = resourceFromAttributes({ a: 'b' });
const METRICS = [TEMPERATURE, ENERGY, PEOPLE];

type Point = Partial<DataPoint<number>>;

/** What the SDK would hand over: every metric with these points. */
function collected(points: readonly Point[], temporality = AggregationTemporality.CUMULATIVE): ResourceMetrics {
  const dataPoints = points.map((point) => ({
    attributes: {},
    startTime: [100, 0] as [number, number],
    endTime: [200, 0] as [number, number],
    value: 0.30000000000000004,
    ...point,
  }));
  const metrics = METRICS.map((metric) => {
    const { name, unit, description } = metric;
    const common = {
      descriptor: { name, unit, description, valueType: 1 },
      aggregationTemporality: temporality,
      dataPoints,
    };
    if (metric.kind === 'gauge') return { ...common, dataPointType: DataPointType.GAUGE as const };
    return { ...common, dataPointType: DataPointType.SUM as const, isMonotonic: metric.kind === 'counter' };
  });
  return { resource: resourceFromAttributes({}), scopeMetrics: [{ scope: { name: ROOMS.scope }, metrics }] };
}

function finish(metrics: ResourceMetrics, readings: readonly Reading[], scope: string = ROOMS.scope): Finished {
  const observed = new Map([[scope, Map.groupBy(readings, ({ metric }) => metric.name)]]);
  return createFinisher().finish(metrics, observed, resource);
}

function pointsOf({ resourceMetrics }: Finished, name: string): readonly DataPoint<unknown>[] {
  const all = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  return all.filter(({ descriptor }) => descriptor.name === name).flatMap(({ dataPoints }) => [...dataPoints]);
}

test('points of series that were not observed go, and metrics and scopes that they leave empty', () => {
  const metrics = collected([{ attributes: { room: 'a' } }, { attributes: { room: 'b' } }]);
  const some = finish(metrics, [{ metric: ENERGY, attributes: { room: 'b' }, value: 1 }]);
  assert.deepEqual(
    some.resourceMetrics.scopeMetrics[0]?.metrics.map(({ descriptor }) => descriptor.name),
    [ENERGY.name],
  );
  assert.deepEqual(
    pointsOf(some, ENERGY.name).map(({ attributes }) => attributes),
    [{ room: 'b' }],
  );
  assert.deepEqual([some.live, some.dead], [1, 0]);
  const none = finish(metrics, []);
  assert.deepEqual(none.resourceMetrics.scopeMetrics, []);
  assert.deepEqual([none.live, none.dead], [0, 0]);
  assert.deepEqual(finish(metrics, [{ metric: ENERGY, attributes: { room: 'b' }, value: 1 }], 'other').live, 0);
});

test('series are told apart by what their attributes say, in whatever order', () => {
  const metrics = collected([
    { attributes: { a: '1', b: 2 } },
    { attributes: { a: '1', b: '2' } },
    { attributes: { a: '1' } },
  ]);
  const { live } = finish(metrics, [{ metric: ENERGY, attributes: { b: 2, a: '1' }, value: 1 }]);
  assert.equal(live, 1);
});

test('a cumulative value is the one that was read, and a counter starts when its reading says', () => {
  const metrics = collected([{}]);
  const finished = finish(metrics, [
    { metric: TEMPERATURE, attributes: {}, value: 0.3 },
    { metric: ENERGY, attributes: {}, value: 0.3, startTimeNs: 50_000_000_001n },
    { metric: PEOPLE, attributes: {}, value: 0.3 },
  ]);
  assert.deepEqual(pointsOf(finished, ENERGY.name), [
    { attributes: {}, startTime: [50, 1], endTime: [200, 0], value: 0.3 },
  ]);
  for (const { name } of [TEMPERATURE, PEOPLE]) {
    const [point, ...others] = pointsOf(finished, name);
    // This finisher began after these points ended.
    assert.deepEqual([point?.startTime, point?.endTime, point?.value, others], [[200, 0], [200, 0], 0.3, []]);
  }
});

test('no point ends before it starts', () => {
  const early = collected([{ endTime: [90, 0] }]);
  const finished = finish(early, [
    { metric: ENERGY, attributes: {}, value: 1, startTimeNs: 300_000_000_007n },
    { metric: PEOPLE, attributes: {}, value: 1 },
  ]);
  assert.deepEqual(pointsOf(finished, ENERGY.name)[0]?.endTime, [300, 7]);
  const [people] = pointsOf(finished, PEOPLE.name);
  // The time of the observation stays what it was.
  assert.deepEqual(
    [people?.startTime, people?.endTime],
    [
      [90, 0],
      [90, 0],
    ],
  );
});

test('the resource is the one given, and what was collected is left as it was', () => {
  const metrics = collected([{ attributes: { room: 'a' } }]);
  const copy = structuredClone(metrics.scopeMetrics);
  const { resourceMetrics } = finish(metrics, []);
  assert.equal(resourceMetrics.resource, resource);
  assert.deepEqual(metrics.scopeMetrics, copy);
});
