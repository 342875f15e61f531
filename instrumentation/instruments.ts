import {
  type BatchObservableCallback,
  type Meter,
  type MeterProvider,
  type Observable,
  ValueType,
} from '@opentelemetry/api';
import type { MetricDefinition, MetricSet, Reading, ReadingSource } from './metric-definition.ts';

/** Readings by scope and instrument name, in the order of their observation. */
export type Observed = ReadonlyMap<string, ReadonlyMap<string, readonly Reading[]>>;

export interface RegisteredInstruments {
  /** The readings that the last collection observed. */
  lastObserved(): Observed;
  /** Removes the callbacks from the meters. */
  unregister(): void;
}

/**
 * Registers observable instruments for every metric, with one batch callback per set. Uses the OpenTelemetry API only, so it
 * works with any SDK. The callback neither waits nor throws: an error would discard all values of the collection.
 */
export function registerInstruments(
  provider: MeterProvider,
  sets: readonly MetricSet[],
  source: ReadingSource,
): RegisteredInstruments {
  const observed = new Map<string, Map<string, Reading[]>>();
  const unregister: (() => void)[] = [];
  for (const set of sets) {
    const meter = provider.getMeter(
      set.scope,
      set.version,
      set.schemaUrl === undefined ? {} : { schemaUrl: set.schemaUrl },
    );
    const instruments = new Map(set.metrics.map((metric) => [metric, createInstrument(meter, metric)]));
    const callback: BatchObservableCallback = (result) => {
      const byName = new Map<string, Reading[]>();
      observed.set(set.scope, byName);
      for (const reading of source.current().byScope.get(set.scope) ?? []) {
        const { metric } = reading;
        const instrument = instruments.get(metric);
        if (instrument === undefined) continue;
        result.observe(instrument, reading.value, reading.attributes);
        const ofMetric = byName.get(metric.name);
        if (ofMetric === undefined) byName.set(metric.name, [reading]);
        else ofMetric.push(reading);
      }
    };
    const all = [...instruments.values()];
    // The SDK logs a warning for a callback without instruments.
    if (all.length === 0) continue;
    meter.addBatchObservableCallback(callback, all);
    unregister.push(() => meter.removeBatchObservableCallback(callback, all));
  }
  return {
    lastObserved: () => observed,
    unregister: () => {
      for (const remove of unregister) remove();
    },
  };
}

function createInstrument(meter: Meter, definition: MetricDefinition): Observable {
  const { name, kind, valueType, unit, description } = definition;
  const options = { description, unit, valueType: valueType === 'int' ? ValueType.INT : ValueType.DOUBLE };
  switch (kind) {
    case 'counter':
      return meter.createObservableCounter(name, options);
    case 'updowncounter':
      return meter.createObservableUpDownCounter(name, options);
    case 'gauge':
      return meter.createObservableGauge(name, options);
  }
}
