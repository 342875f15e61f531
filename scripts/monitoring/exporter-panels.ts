import { lines, type Panel } from './panel.ts';
import type { QueryBuilder } from './query-builder.ts';
import { rateUnit, valueUnit } from './units.ts';

/** Panels for the exporters of the selected tasks. */
export function exporterPanels(q: QueryBuilder): readonly Panel[] {
  const reason = q.label('reason');
  const byReason = (row: Parameters<QueryBuilder['rate']>[0]) => q.aggregate('sum', [reason], q.rate(row, 'exporter'));
  const max = (expression: string) => q.aggregate('max', [], expression);
  // Other programs of a task can have metrics of these names, pushed with the same identity.
  const ofExporters = (expression: string) =>
    `(${expression} and on (job, instance) ${q.value('exporter_status', 'exporter')})`;
  const sampleAge = `(time() - ${q.value('exporter_last_success_timestamp_seconds', 'exporter')})`;
  const delay = ofExporters(q.value('exporter_event_loop_delay_seconds', 'exporter'));
  const residentMemory = q.value('exporter_process_resident_memory_bytes', 'exporter');
  return [
    lines(
      8,
      {
        title: 'Failures',
        description: 'Failed requests to the metadata endpoint, rejected clients, invalid values and failed exports.',
        unit: rateUnit('exporter_poll_failures'),
      },
      [`endpoint: {{${reason}}}`, byReason('exporter_poll_failures')],
      [`clients: {{${reason}}}`, byReason('exporter_http_rejected')],
      [`values: {{${reason}}}`, byReason('exporter_invalid_values'), 'after an invalid value'],
      [`exports: {{${reason}}}`, byReason('exporter_export_failures'), 'with a push exporter'],
    ),
    lines(
      8,
      {
        title: 'Age of the sample',
        description: 'Time since the last successful poll of the metadata endpoint.',
        unit: 's',
      },
      ['maximum', max(sampleAge)],
    ),
    lines(
      8,
      {
        title: 'Durations',
        description: 'Duration of a poll of the metadata endpoint, and event loop delay of the exporter.',
        unit: valueUnit('exporter_poll_duration_seconds'),
      },
      ['longest poll', max(q.value('exporter_poll_duration_seconds', 'exporter'))],
      ['longest event loop delay', max(delay)],
    ),
    lines(
      8,
      {
        title: 'Containers without stats',
        description: q.describe('exporter_containers_without_stats', 'exporter'),
        unit: 'short',
      },
      ['without stats', q.aggregate('sum', [], q.value('exporter_containers_without_stats', 'exporter'))],
      ['stale stats', q.aggregate('sum', [], q.value('exporter_stale_containers', 'exporter'))],
    ),
    lines(8, { title: 'CPU of the exporter', description: 'CPU usage of the process.', unit: valueUnit('cpu_cores') }, [
      'maximum',
      max(ofExporters(q.rate('exporter_process_cpu_seconds', 'exporter'))),
    ]),
    lines(
      8,
      {
        title: 'Memory of the exporter',
        description: q.describe('exporter_process_resident_memory_bytes', 'exporter'),
        unit: valueUnit('exporter_process_resident_memory_bytes'),
      },
      ['maximum', max(ofExporters(residentMemory))],
    ),
  ];
}
