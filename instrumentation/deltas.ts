import type { HrTime } from '@opentelemetry/api';
import { AggregationTemporality, type DataPoint } from '@opentelemetry/sdk-metrics';
import { isCounter, type MetricCollection, type ResourceCollection } from './collection.ts';
import { hrTime, isLater, later } from './hr-time.ts';
import type { Reading } from './metric-definition.ts';
import { createSeriesKeys } from './series-keys.ts';

/**
 * Growth of counters between exports that were acknowledged. What an export that failed carried is part of the next one,
 * so that an outage loses nothing but the rest of a life that ended in it; it may count twice where the receiver took an
 * export but its answer was lost.
 */
export interface Deltas {
  /**
   * Replaces the totals of counters with what they grew by since the last acknowledged export, and leaves out points whose
   * growth is unknown. What earlier calls returned and nobody acknowledged is included again.
   */
  of(collected: readonly ResourceCollection[]): readonly ResourceCollection[];
  /** The receiver took what the last call of `of` returned. */
  acknowledge(): void;
}

interface Base {
  readonly value: number;
  /** When the count began. */
  readonly startTimeNs: bigint | undefined;
  /** Up to when it has been handed out. */
  readonly endTime: HrTime;
}

/** Series that are gone are remembered in case they come back: their whole count would seem new. */
const MAX_GONE_SERIES = 5000;

/**
 * @param watchedFromNs when the program began to look, in nanoseconds since the epoch. Counters that began before have
 *   counted what others may have sent (the exporter before its restart): only their growth from now on is sent.
 */
export function createDeltas(watchedFromNs: bigint): Deltas {
  /** By series, the ones acknowledged last at the end. */
  const bases = new Map<string, Base>();
  const keyOf = createSeriesKeys();
  let pending = new Map<string, Base>();

  function firstPoint(cumulative: DataPoint<number>, { value, startTimeNs }: Reading): DataPoint<number> | undefined {
    if (startTimeNs === undefined || startTimeNs < watchedFromNs) return undefined;
    const startTime = hrTime(startTimeNs);
    return { attributes: cumulative.attributes, startTime, endTime: later(startTime, cumulative.endTime), value };
  }

  /** Those that have been gone for longest; none that the last collection had. */
  function forgetGone(): void {
    let surplus = bases.size - pending.size - MAX_GONE_SERIES;
    for (const series of bases.keys()) {
      if (surplus <= 0) break;
      if (pending.has(series)) continue;
      bases.delete(series);
      surplus -= 1;
    }
  }

  /** The growth of one series, or nothing where it is not known how much of the value is new. */
  function pointOf(series: string, cumulative: DataPoint<number>, reading: Reading): DataPoint<number> | undefined {
    const { value, startTimeNs } = reading;
    const base = bases.get(series);
    const endTime = base === undefined ? cumulative.endTime : later(base.endTime, cumulative.endTime);
    pending.set(series, { value, startTimeNs, endTime });
    if (base === undefined) {
      const first = firstPoint(cumulative, reading);
      // Nothing was sent, so nothing has to be acknowledged: what comes next is growth even if this export fails.
      if (first === undefined) bases.set(series, { value, startTimeNs, endTime });
      return first;
    }
    const { attributes } = cumulative;
    if (!isNewLife(base, reading)) {
      // The last acknowledged sample again: nothing to add.
      if (value === base.value && !isLater(endTime, base.endTime)) return undefined;
      if (value >= base.value) return { attributes, startTime: base.endTime, endTime, value: value - base.value };
      // Less, but of the same life: a device that left, a share that became smaller. Nothing new was counted.
      bases.set(series, { value, startTimeNs, endTime });
      return undefined;
    }
    const began = startTimeNs === undefined ? base.endTime : hrTime(startTimeNs);
    // Intervals of one series must not overlap.
    const startTime = later(base.endTime, began);
    return { attributes, startTime, endTime: later(startTime, endTime), value };
  }

  function growthOf(prefix: string, metric: MetricCollection): MetricCollection {
    const { data, readings } = metric;
    if (!isCounter(data)) return metric;
    const dataPoints: DataPoint<number>[] = [];
    const shown: Reading[] = [];
    for (const [index, reading] of readings.entries()) {
      const total = data.dataPoints[index];
      const point = total && pointOf(`${prefix}\0${reading.metric.name}\0${keyOf(reading.attributes)}`, total, reading);
      if (point === undefined) continue;
      dataPoints.push(point);
      shown.push(reading);
    }
    return { data: { ...data, aggregationTemporality: AggregationTemporality.DELTA, dataPoints }, readings: shown };
  }

  return {
    of(collected) {
      forgetGone();
      pending = new Map();
      return collected.map(({ key, resource, scopes }) => {
        const grown = scopes.map(({ scope, metrics }) => {
          const all = metrics.map((metric) => growthOf(`${key}\0${scope.name}`, metric));
          return { scope, metrics: all.filter(({ readings }) => readings.length > 0) };
        });
        return { key, resource, scopes: grown.filter(({ metrics }) => metrics.length > 0) };
      });
    },
    acknowledge() {
      for (const [series, base] of pending) {
        bases.delete(series);
        bases.set(series, base);
      }
      forgetGone();
    },
  };
}

/** Only the start tells of it: a value may have passed its old one already, and one that fell may have another reason. */
function isNewLife(base: Base, { startTimeNs }: Reading): boolean {
  return startTimeNs !== undefined && base.startTimeNs !== undefined && startTimeNs > base.startTimeNs;
}
