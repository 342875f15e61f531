/** The library: metrics of the task's containers on a MeterProvider of the host. */

/** For readings of another source than a task: what `startEcsMetrics` registers. */
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
