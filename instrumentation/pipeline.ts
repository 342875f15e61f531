import type { Resource } from '@opentelemetry/resources';
import { type IMetricReader, MeterProvider, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Deltas } from './deltas.ts';
import { createFinisher } from './finish.ts';
import { type RegisteredInstruments, registerInstruments } from './instruments.ts';
import type { MetricSet, ReadingSource } from './metric-definition.ts';

/** What a reader does with every collection before it goes anywhere. */
export type FinishPass = (collected: ResourceMetrics) => ResourceMetrics;

export interface PipelineOptions {
  readonly source: ReadingSource;
  /** The metrics in the vocabularies that this pipeline's users speak. */
  readonly sets: readonly MetricSet[];
  readonly resource: () => Resource;
  /** For growth instead of totals. Outlives the pipeline. */
  readonly deltas?: Deltas | undefined;
}

/** A reader with a MeterProvider and instruments of its own. */
export interface Pipeline<Reader extends IMetricReader> {
  readonly reader: Reader;
  readonly provider: MeterProvider;
  /** Whether so many series have come and gone that it pays to begin anew. */
  readonly isCrowded: () => boolean;
  /** Takes the instruments off the meter: the provider can be dropped then. */
  readonly unregister: () => void;
}

/** The SDK never forgets a series. Below this many dead ones that does not matter. */
const MAX_DEAD_SERIES = 5000;

/**
 * One MeterProvider a reader. Each observes only the vocabularies that it exports, none shares storage with another (the
 * SDK's readers of one provider can hold up each other's data), and one that is crowded can be replaced alone.
 */
export function createPipeline<Reader extends IMetricReader>(
  { source, sets, resource, deltas }: PipelineOptions,
  createReader: (finish: FinishPass) => Reader,
): Pipeline<Reader> {
  const finisher = createFinisher(deltas);
  let instruments: RegisteredInstruments | undefined;
  let isCrowded = false;
  const reader = createReader((collected) => {
    const observed = instruments?.lastObserved() ?? new Map();
    const { resourceMetrics, live, dead } = finisher.finish(collected, observed, resource());
    isCrowded = dead > MAX_DEAD_SERIES + live;
    return resourceMetrics;
  });
  // Without a resource: the finishing pass gives each collection the one known then.
  const provider = new MeterProvider({ readers: [reader] });
  instruments = registerInstruments(provider, sets, source);
  return { reader, provider, isCrowded: () => isCrowded, unregister: instruments.unregister };
}
