/** The library: metrics of the task's containers on a MeterProvider of the host. */
export type { EcsMetrics, EcsMetricsOptions, VocabularyName } from './ecs-metrics.ts';
export { startEcsMetrics } from './start-ecs-metrics.ts';
