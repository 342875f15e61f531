import type { HrTime } from '@opentelemetry/api';
import { AggregationTemporality, type DataPoint } from '@opentelemetry/sdk-metrics';
import {
  createSeriesKeys,
  hrTime,
  isCounter,
  isLater,
  later,
  type MetricCollection,
  type ResourceCollection,
} from './collection.ts';
import type { Reading } from './metric-definition.ts';

/**
 * Growth of counters between acknowledged exports. A failed export's growth is included in the next export, so an outage loses
 * only the most recent growth of counters that reset during it. An export whose acknowledgement is lost is counted twice.
 */
export interface Deltas {
  /**
   * Replaces the totals of counters with their growth since the last acknowledged export, and leaves out points whose growth is
   * unknown.
   */
  of(collected: readonly ResourceCollection[]): readonly ResourceCollection[];
  /** Marks a part of the last result of `of` as accepted by the receiver. */
  acknowledge(part: readonly ResourceCollection[]): void;
}

/** The last acknowledged state of a series. */
interface Base {
  readonly value: number;
  readonly startTimeNs: bigint | undefined;
  readonly endTime: HrTime;
}

/** Ended series to remember: if a forgotten series reappeared, its whole total would be exported as growth. */
const MAX_ENDED_SERIES = 5000;

/**
 * @param programStartNs Start of the program, in nanoseconds since the epoch. The total of a counter that started earlier may
 *   have been exported before the program restarted, so only its growth from now on is exported.
 */
export function createDeltas(programStartNs: bigint): Deltas {
  /** By series; the most recently acknowledged ones are last. */
  const bases = new Map<string, Base>();
  const keyOf = createSeriesKeys();
  let pending = new Map<string, Base>();

  /** Drops the oldest of the ended series. Series of the last collection stay. */
  function dropEnded(): void {
    let surplus = bases.size - pending.size - MAX_ENDED_SERIES;
    for (const series of bases.keys()) {
      if (surplus <= 0) break;
      if (pending.has(series)) continue;
      bases.delete(series);
      surplus -= 1;
    }
  }

  function firstPoint(cumulative: DataPoint<number>, { value, startTimeNs }: Reading): DataPoint<number> | undefined {
    if (startTimeNs === undefined || startTimeNs < programStartNs) return undefined;
    return { attributes: cumulative.attributes, startTime: hrTime(startTimeNs), endTime: cumulative.endTime, value };
  }

  /** Returns the growth of one series; undefined if it is unknown or already exported. */
  function pointOf(series: string, cumulative: DataPoint<number>, reading: Reading): DataPoint<number> | undefined {
    const { value, startTimeNs } = reading;
    const base = bases.get(series);
    const endTime = base === undefined ? cumulative.endTime : later(base.endTime, cumulative.endTime);
    pending.set(series, { value, startTimeNs, endTime });
    if (base === undefined) {
      const first = firstPoint(cumulative, reading);
      // Nothing is sent, so this base needs no acknowledgement.
      if (first === undefined) bases.set(series, { value, startTimeNs, endTime });
      return first;
    }
    const { attributes } = cumulative;
    const restartNs = restartTimeNs(base, reading);
    // Intervals of one series must not overlap.
    if (restartNs !== undefined)
      return { attributes, startTime: later(base.endTime, hrTime(restartNs)), endTime, value };
    // The sample that was acknowledged last.
    if (value === base.value && !isLater(endTime, base.endTime)) return undefined;
    if (value >= base.value) return { attributes, startTime: base.endTime, endTime, value: value - base.value };
    // A decrease without a restart, for example because a device was removed: nothing was added.
    bases.set(series, { value, startTimeNs, endTime });
    return undefined;
  }

  /** The counters of the program itself continue under another resource: their growth must not be exported twice. */
  function seriesOf(key: string, scope: string, { metric, attributes, startTimeNs }: Reading): string {
    const owner = startTimeNs === programStartNs ? '' : key;
    return `${owner}\0${scope}\0${metric.name}\0${keyOf(attributes)}`;
  }

  function acknowledgeSeries(series: string): void {
    const base = pending.get(series);
    if (base === undefined) return;
    bases.delete(series);
    bases.set(series, base);
  }

  function growthOf(key: string, scope: string, metric: MetricCollection): MetricCollection {
    const { data, readings } = metric;
    if (!isCounter(data)) return metric;
    const dataPoints: DataPoint<number>[] = [];
    const exported: Reading[] = [];
    for (const [index, reading] of readings.entries()) {
      const total = data.dataPoints[index];
      const point = total && pointOf(seriesOf(key, scope, reading), total, reading);
      if (point === undefined) continue;
      dataPoints.push(point);
      exported.push(reading);
    }
    return { data: { ...data, aggregationTemporality: AggregationTemporality.DELTA, dataPoints }, readings: exported };
  }

  return {
    of(collected) {
      dropEnded();
      pending = new Map();
      return collected.map(({ key, resource, scopes }) => {
        const deltas = scopes.map(({ scope, metrics }) => {
          const all = metrics.map((metric) => growthOf(key, scope.name, metric));
          return { scope, metrics: all.filter(({ readings }) => readings.length > 0) };
        });
        return { key, resource, scopes: deltas.filter(({ metrics }) => metrics.length > 0) };
      });
    },
    acknowledge(part) {
      for (const { key, scopes } of part) {
        for (const { scope, metrics } of scopes) {
          for (const reading of metrics.flatMap(({ readings }) => readings)) {
            acknowledgeSeries(seriesOf(key, scope.name, reading));
          }
        }
      }
    },
  };
}

/**
 * Returns the start time of a series that has restarted since its base. Only the start time shows a restart: the value may already
 * exceed the old one, and a decrease can have other causes.
 */
function restartTimeNs(base: Base, { startTimeNs }: Reading): bigint | undefined {
  if (startTimeNs === undefined || base.startTimeNs === undefined) return undefined;
  return startTimeNs > base.startTimeNs ? startTimeNs : undefined;
}
