import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';

/** What our instruments make: gauges and sums. */
export type NumericMetric = Extract<MetricData, { dataPointType: DataPointType.GAUGE | DataPointType.SUM }>;

export function isNumeric(metric: MetricData): metric is NumericMetric {
  return metric.dataPointType === DataPointType.GAUGE || metric.dataPointType === DataPointType.SUM;
}
