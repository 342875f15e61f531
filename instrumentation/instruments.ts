import type { BatchObservableCallback, Meter, MeterProvider, Observable } from '@opentelemetry/api';
import type { MetricDefinition, MetricSet, ReadingSource, Readings } from './metric-definition.ts';

/** Instruments of one set on somebody's MeterProvider. */
export interface RegisteredInstruments {
  /** What the last collection observed. */
  lastObserved(): Readings | undefined;
  /** Takes the callback off the meter: nothing is observed any more. */
  unregister(): void;
}

/**
 * Registers observable instruments for every metric of the sets, with ONE batch callback per set (OpenTelemetry API only:
 * any SDK will do). The callback is a loop over finished readings: it does not wait, and it does not throw, since a throw
 * would cost every value of the collection.
 */
export function registerInstruments(
  provider: MeterProvider,
  sets: readonly MetricSet[],
  source: ReadingSource,
): RegisteredInstruments {
  let observed: Readings | undefined;
  const unregister: (() => void)[] = [];
  for (const set of sets) {
    const meter = provider.getMeter(
      set.scope,
      set.version,
      set.schemaUrl === undefined ? {} : { schemaUrl: set.schemaUrl },
    );
    const instruments = new Map(set.metrics.map((metric) => [metric, createInstrument(meter, metric)]));
    const callback: BatchObservableCallback = (result) => {
      const readings = source.current();
      observed = readings;
      for (const { metric, value, attributes } of readings.byScope.get(set.scope) ?? []) {
        const instrument = instruments.get(metric);
        if (instrument !== undefined) result.observe(instrument, value, attributes);
      }
    };
    const all = [...instruments.values()];
    meter.addBatchObservableCallback(callback, all);
    unregister.push(() => meter.removeBatchObservableCallback(callback, all));
  }
  return {
    lastObserved: () => observed,
    unregister: () => {
      for (const take of unregister) take();
    },
  };
}

function createInstrument(meter: Meter, { name, kind, unit, description }: MetricDefinition): Observable {
  const options = { description, unit };
  switch (kind) {
    case 'counter':
      return meter.createObservableCounter(name, options);
    case 'updowncounter':
      return meter.createObservableUpDownCounter(name, options);
    case 'gauge':
      return meter.createObservableGauge(name, options);
  }
}
