/** The library: registers the metrics of the task's containers with a MeterProvider. */

/** Registers instruments for any source of readings; used by `startEcsMetrics`. */
export { type Observed, type RegisteredInstruments, registerInstruments } from '../instrumentation/instruments.ts';
export type {
  InstrumentKind,
  MetricDefinition,
  MetricSet,
  Reading,
  ReadingSource,
  Readings,
  SeriesAttributes,
  ValueType,
} from '../instrumentation/metric-definition.ts';
export type { EcsMetrics, EcsMetricsOptions, VocabularyName } from './ecs-metrics.ts';
export { startEcsMetrics } from './start-ecs-metrics.ts';
