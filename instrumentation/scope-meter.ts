import type { HrTime } from '@opentelemetry/api';
import { AggregationTemporality, type DataPoint, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  createHrTimeCache,
  createSeriesKeys,
  earlier,
  hrTime,
  isCounter,
  isNumeric,
  later,
  type MetricCollection,
  type NumericMetric,
  type ScopeCollection,
} from './collection.ts';
import { registerInstruments } from './instruments.ts';
import type { MetricSet, Reading, Readings, SeriesAttributes } from './metric-definition.ts';

/**
 * The instruments of one metric set and one resource, on their own MeterProvider. It has no timers or connections, so it needs no
 * shutdown: all of its state is garbage collected with it.
 */
export interface ScopeMeter {
  /**
   * Collects these readings. The result depends on the readings alone; undefined if there are none for this set. Calls must
   * not overlap.
   *
   * @throws AggregateError if the SDK cannot collect
   */
  collect(readings: Readings): Promise<ScopeCollection | undefined>;
  /** True if enough series have ended that a new meter saves memory: the SDK never drops a series. */
  needsReplacement(): boolean;
}

/** Returns the start time of a counter whose source reports none. */
export type StartTimeOf = (reading: Reading, time: HrTime) => HrTime;

export interface ScopeMeterOptions {
  /** Start of the program, in nanoseconds since the epoch: the start time of gauges and up-down counters. */
  readonly programStartNs: bigint;
  /** Outlives the meter, so that a replaced meter keeps the start times. */
  readonly startTimeOf: StartTimeOf;
}

/**
 * Requests deltas from the SDK, whatever temporality is exported. To make cumulative points, the SDK would add up the deltas,
 * which accumulates rounding errors, and export ended series forever
 * (https://github.com/open-telemetry/opentelemetry-js/issues/4096).
 */
class CollectingReader extends MetricReader {
  constructor() {
    super({
      otelComponentType: 'collecting_metric_reader',
      aggregationTemporalitySelector: () => AggregationTemporality.DELTA,
      // The task definition bounds the number of series; the SDK's default limit of 2000 would truncate large tasks.
      cardinalitySelector: () => Number.MAX_SAFE_INTEGER,
    });
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}

/** Maximum number of unused attribute objects before the meter is replaced. Each usually has several series. */
const MAX_DEAD_ATTRIBUTES = 500;

/**
 * Every value passes through an observable instrument. The data points are then rebuilt from the readings:
 *
 * - The value is the observed one, not a sum of deltas.
 * - A counter starts at the start time of its reading, not at the first observation.
 * - A point has the time of its measurement. With the time of the collection, the rate of a counter would fluctuate whenever
 *   sample and export intervals differ.
 * - No point ends before it starts, even if the wall clock is set back.
 */
export function createScopeMeter(set: MetricSet, { programStartNs, startTimeOf }: ScopeMeterOptions): ScopeMeter {
  const reader = new CollectingReader();
  // Without a resource: the collector adds it to each collection, because its attributes can change.
  const provider = new MeterProvider({ readers: [reader] });
  let current: Readings = { byScope: new Map() };
  const instruments = registerInstruments(provider, [set], { current: () => current, resource: () => ({}) });
  const seen = new Set<SeriesAttributes>();
  const programStart = hrTime(programStartNs);
  let needsReplacement = false;

  function pointsOf(metric: NumericMetric, readings: readonly Reading[], toHrTime: (ns: bigint) => HrTime) {
    const isTotal = isCounter(metric);
    const collectedAt = metric.dataPoints[0]?.endTime ?? programStart;
    return readings.map((reading): DataPoint<number> => {
      const { attributes, value, startTimeNs, timeNs } = reading;
      const endTime = timeNs === undefined ? collectedAt : toHrTime(timeNs);
      let startTime: HrTime;
      if (startTimeNs !== undefined) startTime = toHrTime(startTimeNs);
      else if (isTotal) startTime = startTimeOf(reading, endTime);
      // A gauge needs no start time; a constant one avoids changes between samples.
      else startTime = earlier(programStart, endTime);
      return { attributes, startTime, endTime: later(startTime, endTime), value };
    });
  }

  function countAttributes(readings: Readings): void {
    const live = readings.byScope.get(set.scope) ?? [];
    const seenBefore = seen.size;
    for (const { attributes } of live) seen.add(attributes);
    if (seen.size === seenBefore) return;
    const liveAttributes = new Set(live.map(({ attributes }) => attributes)).size;
    needsReplacement = seen.size > 2 * liveAttributes + MAX_DEAD_ATTRIBUTES;
  }

  return {
    async collect(readings) {
      current = readings;
      const { resourceMetrics, errors } = await reader.collect();
      if (errors.length > 0) throw new AggregateError(errors, 'metrics could not be collected');
      countAttributes(readings);
      const observed = instruments.lastObserved().get(set.scope);
      const toHrTime = createHrTimeCache();
      const [collected] = resourceMetrics.scopeMetrics;
      if (collected === undefined || observed === undefined) return undefined;
      const metrics = collected.metrics.flatMap((metric): readonly MetricCollection[] => {
        const all = observed.get(metric.descriptor.name);
        if (all === undefined || !isNumeric(metric)) return [];
        const exported = metric.dataPoints.length === all.length ? all : lastOfEachSeries(all);
        const dataPoints = pointsOf(metric, exported, toHrTime);
        return [
          {
            data: { ...metric, aggregationTemporality: AggregationTemporality.CUMULATIVE, dataPoints },
            readings: exported,
          },
        ];
      });
      return metrics.length === 0 ? undefined : { scope: collected.scope, metrics };
    },
    needsReplacement: () => needsReplacement,
  };
}

/** Drops repeated readings of a series. The last one wins, as in the SDK. */
function lastOfEachSeries(readings: readonly Reading[]): readonly Reading[] {
  const keyOf = createSeriesKeys();
  return [...new Map(readings.map((reading) => [keyOf(reading.attributes), reading])).values()];
}

/** Maximum number of remembered series, more than a task has. The least recently observed series are dropped first. */
const MAX_SERIES = 20_000;

/**
 * Start times for the counters of one resource: the time of the first observation, reset whenever the value decreases. Without
 * the reset, the decrease would violate
 * https://opentelemetry.io/docs/specs/otel/metrics/data-model/#resets-and-gaps
 */
export function createStartTimes(maxSeries = MAX_SERIES): StartTimeOf {
  const keyOf = createSeriesKeys();
  const known = new Map<string, { readonly value: number; readonly startTime: HrTime }>();
  return ({ metric, attributes, value }, time) => {
    const series = `${metric.name}\0${keyOf(attributes)}`;
    const previous = known.get(series);
    const startTime = previous === undefined || value < previous.value ? time : previous.startTime;
    known.delete(series);
    known.set(series, { value, startTime });
    if (known.size > maxSeries) for (const oldest of known.keys().take(1)) known.delete(oldest);
    return startTime;
  };
}
