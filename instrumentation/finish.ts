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
import { createCensus } from './census.ts';
import type { Deltas } from './deltas.ts';
import { earlier, hrTime, later, rememberedHrTimes } from './hr-time.ts';
import type { Observed } from './instruments.ts';
import type { Reading } from './metric-definition.ts';
import { isNumeric, type NumericMetric } from './numeric-metric.ts';
import { createOwnStarts } from './own-starts.ts';
import { createSeriesKeys, readingsOf } from './series-keys.ts';

/**
 * Mends, in one pass over a collection, what the SDK leaves wrong:
 *
 * - a value is the one observed. The SDK was asked for differences (see SDK_TEMPORALITY), and adding them up again, as it does
 *   for cumulative points, drifts in the last digits;
 * - a cumulative counter starts when its container did, if it is known. The SDK says: when it was first observed;
 * - a series that was not observed this time is dropped;
 * - a point has the time of its measurement. The SDK uses the time of the collection, and a counter's rate over the
 *   exported points would fluctuate whenever sample and export intervals differ;
 * - no point ends before it starts, whatever the wall clock does meanwhile;
 * - a delta is what was not acknowledged yet (the SDK's is gone with an export that fails, and its first one is everything
 *   that was counted before the exporter started);
 * - the resource is the one known now: the task's identity comes with the first good poll.
 */
export interface Finisher {
  finish(collected: ResourceMetrics, observed: Observed, resource: Resource): Finished;
}

export interface Finished {
  readonly resourceMetrics: ResourceMetrics;
  /** Series that are there, and series that are gone but that the SDK still holds. */
  readonly live: number;
  readonly dead: number;
}

/**
 * What every reader asks the SDK for, whatever it exports. For cumulative points the SDK adds each difference to a sum of its
 * own, only for us to put the observed value there, and goes on exporting series that are gone, with a fresh time
 * (https://github.com/open-telemetry/opentelemetry-js/issues/4096).
 */
export const SDK_TEMPORALITY = AggregationTemporality.DELTA;

/** @param deltas for exporters that want growth instead of totals. */
export function createFinisher(deltas?: Deltas): Finisher {
  const begunAt = hrTime(BigInt(Date.now()) * 1_000_000n);
  const keyOf = createSeriesKeys();
  const census = createCensus();
  const ownStart = createOwnStarts();

  function finishMetric(
    scope: string,
    metric: NumericMetric,
    readings: readonly Reading[],
    timeOf: (ns: bigint) => HrTime,
  ): MetricData {
    const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
    const isDelta = isCounter && deltas !== undefined;
    const dataPoints: DataPoint<number>[] = [];
    const inOrder = readingsOf(metric.dataPoints, readings, keyOf);
    for (const [index, { attributes, endTime: collectedAt }] of metric.dataPoints.entries()) {
      const reading = inOrder[index];
      if (reading === undefined) continue;
      const { value, startTimeNs, timeNs } = reading;
      const endTime = timeNs === undefined ? collectedAt : timeOf(timeNs);
      const seriesOf = (): string => `${scope}\0${metric.descriptor.name}\0${keyOf(attributes)}`;
      let startTime: HrTime;
      if (startTimeNs !== undefined) startTime = timeOf(startTimeNs);
      else if (isCounter) startTime = ownStart(seriesOf(), value, endTime);
      // A level's start says nothing, and is the same as long as the pipeline lasts.
      else startTime = earlier(begunAt, endTime);
      const cumulative = { attributes, startTime, endTime: later(startTime, endTime), value };
      const finished = isDelta ? deltas.point(seriesOf(), cumulative, reading) : cumulative;
      if (finished !== undefined) dataPoints.push(finished);
    }
    const aggregationTemporality = isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE;
    return { ...metric, aggregationTemporality, dataPoints };
  }

  return {
    finish(collected, observed, resource) {
      const scopeMetrics: ScopeMetrics[] = [];
      const timeOf = rememberedHrTimes();
      let live = 0;
      deltas?.begin();
      for (const { scope, metrics } of collected.scopeMetrics) {
        const ofScope = observed.get(scope.name);
        const kept: MetricData[] = [];
        for (const metric of metrics) {
          const readings = ofScope?.get(metric.descriptor.name);
          if (readings === undefined || !isNumeric(metric)) continue;
          live += readings.length;
          census.add(readings);
          const finished = finishMetric(scope.name, metric, readings, timeOf);
          if (finished.dataPoints.length > 0) kept.push(finished);
        }
        if (kept.length > 0) scopeMetrics.push({ scope, metrics: kept });
      }
      return { resourceMetrics: { resource, scopeMetrics }, live, dead: Math.max(0, census.count() - live) };
    },
  };
}
