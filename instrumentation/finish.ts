import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import type { Deltas } from './deltas.ts';
import { earlier, hrTime, later } from './hr-time.ts';
import type { Reading, Readings, SeriesAttributes } from './metric-definition.ts';

/**
 * Mends, in one pass over a collection, what the SDK leaves wrong:
 *
 * - a series that was not observed this time is dropped. The SDK goes on exporting it for ever, with a fresh time
 *   (https://github.com/open-telemetry/opentelemetry-js/issues/4096);
 * - a cumulative counter starts when its container did. The SDK says: when it was first observed;
 * - a cumulative value is the one observed. The SDK adds up differences, which drifts in the last digits;
 * - no point ends before it starts, whatever the wall clock does meanwhile;
 * - a delta is what was not acknowledged yet (the SDK's is gone with an export that fails, and its first one is everything
 *   that was counted before the exporter started);
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

/** @param deltas for exporters that want growth instead of totals. */
export function createFinisher(deltas?: Deltas): Finisher {
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
      let all = 0;
      let live = 0;
      deltas?.begin();
      for (const { scope, metrics } of collected.scopeMetrics) {
        const ofScope = index.get(scope.name);
        const kept: MetricData[] = [];
        for (const metric of metrics) {
          all += metric.dataPoints.length;
          const finished = finishMetric(metric, ofScope?.get(metric.descriptor.name), keyOf);
          live += finished?.length ?? 0;
          if (finished !== undefined) kept.push(...presented(scope.name, metric, finished, deltas));
        }
        if (kept.length > 0) scopeMetrics.push({ scope, metrics: kept });
      }
      return { resourceMetrics: { resource, scopeMetrics }, live, dead: all - live };
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

/** A point that was observed this time. */
interface LivePoint {
  readonly point: DataPoint<number>;
  readonly series: string;
  readonly reading: Reading;
}

/** The live points of a metric; `undefined` where nothing of it was observed. */
function finishMetric(
  metric: MetricData,
  series: ReadonlyMap<string, Reading> | undefined,
  keyOf: (attributes: object) => string,
): readonly LivePoint[] | undefined {
  if (series === undefined || !isNumeric(metric)) return undefined;
  const live: LivePoint[] = [];
  for (const point of metric.dataPoints) {
    const key = keyOf(point.attributes);
    const reading = series.get(key);
    if (reading !== undefined) live.push({ point: cumulativePoint(point, reading), series: key, reading });
  }
  return live.length === 0 ? undefined : live;
}

type NumericMetric = Extract<MetricData, { dataPointType: DataPointType.GAUGE | DataPointType.SUM }>;

/** Our instruments make gauges and sums only. */
function isNumeric(metric: MetricData): metric is NumericMetric {
  return metric.dataPointType === DataPointType.GAUGE || metric.dataPointType === DataPointType.SUM;
}

function presented(
  scope: string,
  metric: MetricData,
  points: readonly LivePoint[],
  deltas: Deltas | undefined,
): readonly MetricData[] {
  if (!isNumeric(metric)) return [];
  const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
  if (deltas === undefined || !isCounter) return [{ ...metric, dataPoints: points.map(({ point }) => point) }];
  const dataPoints = points.flatMap(
    ({ point, series, reading }) =>
      deltas.point(`${scope}\0${metric.descriptor.name}\0${series}`, point, reading) ?? [],
  );
  if (dataPoints.length === 0) return [];
  return [{ ...metric, aggregationTemporality: AggregationTemporality.DELTA, dataPoints }];
}

function cumulativePoint(point: DataPoint<number>, { value, startTimeNs }: Reading): DataPoint<number> {
  const { attributes, endTime } = point;
  // The SDK's start is that of the program, which a clock that was set back makes a time to come.
  if (startTimeNs === undefined) return { attributes, startTime: earlier(point.startTime, endTime), endTime, value };
  const startTime = hrTime(startTimeNs);
  return { attributes, startTime, endTime: later(startTime, endTime), value };
}
