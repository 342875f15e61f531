import type { Panel } from './panel.ts';
import type { QueryBuilder } from './query-builder.ts';
import { rateUnit, valueUnit } from './units.ts';

/** Panels for the exporters of the selected tasks. */
export function exporterPanels(q: QueryBuilder): readonly Panel[] {
  const lines = { kind: 'lines', width: 8 } as const;
  const reason = q.label('reason');
  const byReason = (expression: string) => q.aggregate('sum', [reason], expression);
  // Other programs of a task can have metrics of these names, pushed with the same identity.
  const ofExporters = (expression: string) =>
    `(${expression} and on (job, instance) ${q.value('exporter_status', 'exporter')})`;
  const total = (operation: string, expression: string) => q.aggregate(operation, [], expression);
  return [
    {
      ...lines,
      title: 'Failures of the exporter',
      description:
        'Failed requests to the metadata endpoint, invalid values, rejected clients and failed exports, by reason.',
      unit: rateUnit('exporter_poll_failures'),
      queries: [
        { expression: byReason(q.rate('exporter_poll_failures', 'exporter')), legend: `endpoint: {{${reason}}}` },
        { expression: byReason(q.rate('exporter_http_rejected', 'exporter')), legend: `clients: {{${reason}}}` },
        {
          expression: byReason(q.rate('exporter_invalid_values', 'exporter')),
          legend: `values: {{${reason}}}`,
          onlyIf: 'after an invalid value',
        },
        {
          expression: byReason(q.rate('exporter_export_failures', 'exporter')),
          legend: `exports: {{${reason}}}`,
          onlyIf: 'with a push exporter',
        },
      ],
    },
    {
      ...lines,
      title: 'Age of the sample',
      description: 'Time since the last successful poll of the metadata endpoint.',
      unit: 's',
      queries: [
        {
          expression: total('max', `(time() - ${q.value('exporter_last_success_timestamp_seconds', 'exporter')})`),
          legend: 'maximum',
        },
      ],
    },
    {
      ...lines,
      title: 'Durations',
      description: 'Maximum duration of a poll of the metadata endpoint, and maximum event loop delay of the exporter.',
      unit: valueUnit('exporter_poll_duration_seconds'),
      queries: [
        { expression: total('max', q.value('exporter_poll_duration_seconds', 'exporter')), legend: 'poll' },
        {
          expression: total('max', ofExporters(q.value('exporter_event_loop_delay_seconds', 'exporter'))),
          legend: 'event loop delay',
        },
      ],
    },
    {
      ...lines,
      title: 'Containers without stats',
      description: q.describe('exporter_containers_without_stats', 'exporter'),
      unit: valueUnit('exporter_containers_without_stats'),
      queries: [
        { expression: total('sum', q.value('exporter_containers_without_stats', 'exporter')), legend: 'without stats' },
        { expression: total('sum', q.value('exporter_stale_containers', 'exporter')), legend: 'stale stats' },
      ],
    },
    {
      ...lines,
      title: 'CPU of the exporter',
      description: 'CPU usage of the exporter process.',
      unit: valueUnit('cpu_cores'),
      queries: [
        {
          expression: total('max', ofExporters(q.rate('exporter_process_cpu_seconds', 'exporter'))),
          legend: 'maximum',
        },
      ],
    },
    {
      ...lines,
      title: 'Memory of the exporter',
      description: q.describe('exporter_process_resident_memory_bytes', 'exporter'),
      unit: valueUnit('exporter_process_resident_memory_bytes'),
      queries: [
        {
          expression: total('max', ofExporters(q.value('exporter_process_resident_memory_bytes', 'exporter'))),
          legend: 'maximum',
        },
      ],
    },
  ];
}
