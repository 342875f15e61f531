import type { HrTime } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import type { Reading, Readings, SeriesAttributes } from './metric-definition.ts';

/**
 * Mends, in one pass over a collection, what the SDK leaves wrong:
 *
 * - a series that was not observed this time is dropped. The SDK goes on exporting it for ever, with a fresh time
 *   (https://github.com/open-telemetry/opentelemetry-js/issues/4096);
 * - a cumulative counter starts when its container did. The SDK says: when it was first observed;
 * - a cumulative value is the one observed. The SDK adds up differences, which drifts in the last digits;
 * - no point ends before it starts, whatever the wall clock does meanwhile;
 * - the resource is the one known now: the task's identity comes with the first good poll.
 */
export interface Finisher {
  finish(collected: ResourceMetrics, observed: Readings, resource: Resource): Finished;
}

export interface Finished {
  readonly resourceMetrics: ResourceMetrics;
  /** Points that stay, and points of series that are gone but that the SDK still holds. */
  readonly live: number;
  readonly dead: number;
}

export function createFinisher(): Finisher {
  const keys = new WeakMap<object, string>();
  let indexed: { readonly readings: Readings; readonly index: Index } | undefined;

  function keyOf(attributes: object): string {
    let key = keys.get(attributes);
    if (key === undefined) {
      key = seriesKey(attributes);
      keys.set(attributes, key);
    }
    return key;
  }

  return {
    finish(collected, observed, resource) {
      if (indexed?.readings !== observed) indexed = { readings: observed, index: indexOf(observed, keyOf) };
      const { index } = indexed;
      const scopeMetrics: ScopeMetrics[] = [];
      let live = 0;
      let dead = 0;
      for (const { scope, metrics } of collected.scopeMetrics) {
        const ofScope = index.get(scope.name);
        const kept: MetricData[] = [];
        for (const metric of metrics) {
          const finished = finishMetric(metric, ofScope?.get(metric.descriptor.name), keyOf);
          live += finished?.dataPoints.length ?? 0;
          dead += metric.dataPoints.length - (finished?.dataPoints.length ?? 0);
          if (finished !== undefined) kept.push(finished);
        }
        if (kept.length > 0) scopeMetrics.push({ scope, metrics: kept });
      }
      return { resourceMetrics: { resource, scopeMetrics }, live, dead };
    },
  };
}

/** Scope name, then instrument name, then series. */
type Index = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, Reading>>>;

function indexOf(readings: Readings, keyOf: (attributes: SeriesAttributes) => string): Index {
  const index = new Map<string, Map<string, Map<string, Reading>>>();
  for (const [scope, list] of readings.byScope) {
    const byName = new Map<string, Map<string, Reading>>();
    for (const reading of list) {
      let series = byName.get(reading.metric.name);
      if (series === undefined) {
        series = new Map();
        byName.set(reading.metric.name, series);
      }
      series.set(keyOf(reading.attributes), reading);
    }
    index.set(scope, byName);
  }
  return index;
}

function seriesKey(attributes: object): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One metric with its live points, or nothing. Our instruments make gauges and sums only. */
function finishMetric(
  metric: MetricData,
  series: ReadonlyMap<string, Reading> | undefined,
  keyOf: (attributes: object) => string,
): MetricData | undefined {
  if (series === undefined) return undefined;
  if (metric.dataPointType !== DataPointType.GAUGE && metric.dataPointType !== DataPointType.SUM) return metric;
  const isCumulative = metric.aggregationTemporality === AggregationTemporality.CUMULATIVE;
  const dataPoints: DataPoint<number>[] = [];
  for (const point of metric.dataPoints) {
    const reading = series.get(keyOf(point.attributes));
    if (reading !== undefined)
      dataPoints.push(isCumulative ? cumulativePoint(point, reading) : deltaPoint(point, reading));
  }
  return dataPoints.length === 0 ? undefined : { ...metric, dataPoints };
}

function cumulativePoint(point: DataPoint<number>, { value, startTimeNs }: Reading): DataPoint<number> {
  const startTime = startTimeNs === undefined ? point.startTime : hrTime(startTimeNs);
  return { attributes: point.attributes, startTime, endTime: later(startTime, point.endTime), value };
}

/** The first delta of a series is all that was counted so far, so it spans the container's life. The SDK: no time at all. */
function deltaPoint(point: DataPoint<number>, { startTimeNs }: Reading): DataPoint<number> {
  const { startTime, endTime } = point;
  const isFirst = startTime[0] === endTime[0] && startTime[1] === endTime[1];
  if (isFirst && startTimeNs !== undefined) return { ...point, startTime: earlier(hrTime(startTimeNs), startTime) };
  return { ...point, endTime: later(startTime, endTime) };
}

function hrTime(ns: bigint): HrTime {
  return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
}

function later(a: HrTime, b: HrTime): HrTime {
  return isLater(a, b) ? a : b;
}

function earlier(a: HrTime, b: HrTime): HrTime {
  return isLater(a, b) ? b : a;
}

function isLater(a: HrTime, b: HrTime): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}
