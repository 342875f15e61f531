import type { HrTime } from '@opentelemetry/api';
import { AggregationTemporality, type DataPoint, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { isCounter, isNumeric, type MetricCollection, type NumericMetric, type ScopeCollection } from './collection.ts';
import { earlier, hrTime, later, rememberedHrTimes } from './hr-time.ts';
import { registerInstruments } from './instruments.ts';
import type { MetricSet, Reading, Readings, SeriesAttributes } from './metric-definition.ts';
import { createSeriesKeys } from './series-keys.ts';
import type { StartTimes } from './start-times.ts';

/** The instruments of one set of metrics for one resource, with a MeterProvider and a reader of their own. */
export interface ScopeMeter {
  /**
   * What the instruments show of these readings: a function of the readings alone. Undefined where they show nothing. Calls
   * must not overlap.
   *
   * @throws AggregateError when the SDK could not collect.
   */
  collect(readings: Readings): Promise<ScopeCollection | undefined>;
  /** Whether so many series have ended that a new meter is worth its cost: the SDK never forgets a series. */
  needsReplacement(): boolean;
  /** Takes the instruments off the meter, so that everything the SDK kept can go. */
  close(): Promise<void>;
}

export interface ScopeMeterOptions {
  /** When the program began, in nanoseconds since the epoch: where levels start. */
  readonly begunNs: bigint;
  /** Of counters that report no start. It outlives the meter. */
  readonly ownStart: StartTimes;
}

/**
 * The SDK is asked for differences, whatever is exported. For cumulative points it would add each difference to a sum of its
 * own, which drifts in the last digits, and export series that are gone for ever
 * (https://github.com/open-telemetry/opentelemetry-js/issues/4096).
 */
class CollectingReader extends MetricReader {
  constructor() {
    super({
      otelComponentType: 'collecting_metric_reader',
      aggregationTemporalitySelector: () => AggregationTemporality.DELTA,
      // A container's series are bounded by the task definition; the SDK's default of 2000 would cut off large tasks.
      cardinalitySelector: () => Number.MAX_SAFE_INTEGER,
    });
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}

/** Unused attribute objects that are tolerated before the meter is replaced. Each usually has several series. */
const MAX_DEAD_ATTRIBUTES = 500;

/**
 * Every value passes through an observable instrument; the points are then built from the readings:
 *
 * - the value is the observed one, not a sum of differences;
 * - a counter starts when its reading says, not at the first observation;
 * - a point has the time of its measurement. With that of the collection, the rate of a counter would fluctuate whenever sample
 *   and export intervals differ;
 * - no point ends before it starts, whatever the wall clock does.
 */
export function createScopeMeter(set: MetricSet, { begunNs, ownStart }: ScopeMeterOptions): ScopeMeter {
  const reader = new CollectingReader();
  // Without a resource: it is put on each collection, and may grow.
  const provider = new MeterProvider({ readers: [reader] });
  let current: Readings = { byScope: new Map() };
  const instruments = registerInstruments(provider, [set], { current: () => current, resource: () => ({}) });
  const seen = new Set<SeriesAttributes>();
  const begun = hrTime(begunNs);
  let needsReplacement = false;

  function pointsOf(metric: NumericMetric, readings: readonly Reading[], timeOf: (ns: bigint) => HrTime) {
    const isTotal = isCounter(metric);
    const collectedAt = metric.dataPoints[0]?.endTime ?? begun;
    return readings.map((reading): DataPoint<number> => {
      const { attributes, value, startTimeNs, timeNs } = reading;
      const endTime = timeNs === undefined ? collectedAt : timeOf(timeNs);
      let startTime: HrTime;
      if (startTimeNs !== undefined) startTime = timeOf(startTimeNs);
      else if (isTotal) startTime = ownStart(reading, endTime);
      // The start of a level says nothing, and is the same as long as the program lasts.
      else startTime = earlier(begun, endTime);
      return { attributes, startTime, endTime: later(startTime, endTime), value };
    });
  }

  function take(readings: Readings): void {
    const live = readings.byScope.get(set.scope) ?? [];
    const before = seen.size;
    for (const { attributes } of live) seen.add(attributes);
    // Nothing new: the SDK has not grown either.
    if (seen.size === before || seen.size <= MAX_DEAD_ATTRIBUTES) return;
    const liveAttributes = new Set(live.map(({ attributes }) => attributes)).size;
    needsReplacement = seen.size > 2 * liveAttributes + MAX_DEAD_ATTRIBUTES;
  }

  return {
    async collect(readings) {
      current = readings;
      const { resourceMetrics, errors } = await reader.collect();
      if (errors.length > 0) throw new AggregateError(errors, 'metrics could not be collected');
      take(readings);
      const observed = instruments.lastObserved().get(set.scope);
      const timeOf = rememberedHrTimes();
      const [collected] = resourceMetrics.scopeMetrics;
      if (collected === undefined || observed === undefined) return undefined;
      const metrics = collected.metrics.flatMap((metric): readonly MetricCollection[] => {
        const all = observed.get(metric.descriptor.name);
        if (all === undefined || !isNumeric(metric)) return [];
        const shown = metric.dataPoints.length === all.length ? all : lastOfEach(all);
        const dataPoints = pointsOf(metric, shown, timeOf);
        return [
          {
            data: { ...metric, aggregationTemporality: AggregationTemporality.CUMULATIVE, dataPoints },
            readings: shown,
          },
        ];
      });
      return metrics.length === 0 ? undefined : { scope: collected.scope, metrics };
    },
    needsReplacement: () => needsReplacement,
    async close() {
      instruments.unregister();
      await provider.shutdown();
    },
  };
}

/** Readings with equal attributes are one series; the last one wins, as in the SDK. */
function lastOfEach(readings: readonly Reading[]): readonly Reading[] {
  const keyOf = createSeriesKeys();
  return [...new Map(readings.map((reading) => [keyOf(reading.attributes), reading])).values()];
}
