import { aggregate, CLUSTER, SERVICE } from './identity.ts';
import type { MetricNames, RowChoice } from './metrics.ts';

export interface RecordingRule {
  /** `level:metric:operations`. */
  readonly record: string;
  readonly expression: string;
}

/** CPU of a task as a fraction of its limit, and sums and maxima of services. */
export function recordingRules({ select, name }: MetricNames): readonly RecordingRule[] {
  const metric = (row: RowChoice) => name(row, 'task').replace(/_total$/, '');
  const ofServices = (operation: string, expression: string) => aggregate(operation, [CLUSTER, SERVICE], expression);
  const cpu = metric('cpu_usage_seconds');
  const cpuRate = `rate(${select('cpu_usage_seconds', 'task')}[5m])`;
  const cpuRatio = `(${cpuRate} / ${select('cpu_limit_cores', 'task')})`;
  return [
    { record: `instance:${cpu}_per_limit:ratio_rate5m`, expression: cpuRatio },
    { record: `service:${cpu}:sum_rate5m`, expression: ofServices('sum', cpuRate) },
    { record: `service:${cpu}_per_limit:max_ratio_rate5m`, expression: ofServices('max', cpuRatio) },
    {
      record: `service:${metric('mem_working_set_bytes')}:sum`,
      expression: ofServices('sum', select('mem_working_set_bytes', 'task')),
    },
    {
      record: `service:${metric('mem_usage_ratio')}:max`,
      expression: ofServices('max', select('mem_usage_ratio', 'task')),
    },
    {
      record: `service:${name('exporter_status', 'exporter')}:count`,
      expression: ofServices('count', select('exporter_status', 'exporter')),
    },
  ];
}
