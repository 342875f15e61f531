/** The library: metrics of the task's containers on a MeterProvider of the host. */
export type { VocabularyName } from './catalogue/vocabulary.ts';
export type { EcsMetricsOptions } from './ecs-metrics-options.ts';
export { type EcsMetrics, startEcsMetrics } from './start-ecs-metrics.ts';
