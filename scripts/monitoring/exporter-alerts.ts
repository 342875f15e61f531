import { type Alert, EXPORTER, PERCENT } from './alert.ts';

/** Alerts on the exporter itself. */
export const EXPORTER_ALERTS: readonly Alert[] = [
  {
    name: 'ExporterDown',
    severity: 'warning',
    comment: 'For scraped exporters. Replace the job with the name of your scrape job.',
    for: '5m',
    expression: () => 'up{job="ecs-container-exporter"} == 0',
    summary: `${EXPORTER} cannot be scraped`,
    description:
      'All scrapes of the last 5 minutes failed. The exporter or its task is down, or the port is unreachable.',
    runbook: 'The port is unreachable',
  },
  {
    name: 'ExporterAbsent',
    severity: 'critical',
    expression: ({ select }) => `absent_over_time(${select('exporter_status', 'exporter')}[10m])`,
    summary: 'No exporter reports metrics',
    description: 'Prometheus has received no metrics from any exporter for 10 minutes, scraped or pushed.',
    runbook: 'No data',
  },
  {
    name: 'ExporterBlind',
    severity: 'warning',
    for: '2m',
    expression: ({ select }) => `${select('exporter_status', 'exporter')} == 0`,
    summary: `${EXPORTER} cannot read the metadata endpoint`,
    description:
      'Polls of the task metadata endpoint have failed for 2 minutes. Task metrics disappear three intervals after the last success.',
    runbook: 'Failures of the metadata endpoint',
  },
  {
    name: 'StatsMissing',
    severity: 'warning',
    for: '5m',
    expression: ({ select }) => `${select('exporter_containers_without_stats', 'exporter')} > 0`,
    summary: `${EXPORTER} has no stats for running containers`,
    description:
      'The endpoint has had no current stats for {{ $value }} running containers for 5 minutes. Task totals are absent.',
    runbook: 'A container is missing',
  },
  {
    name: 'ExportsFailing',
    severity: 'warning',
    comment: 'Needs an exporter that is also scraped: a failing push cannot report itself.',
    for: '15m',
    expression: ({ select, label }) =>
      `sum without (${label('reason')}) (rate(${select('exporter_export_failures', 'exporter')}[15m]))\n  / rate(${select('exporter_exports', 'exporter')}[15m]) > 0.5`,
    summary: `${EXPORTER} cannot push metrics`,
    description: `${PERCENT} of the exports have failed for 15 minutes.`,
    runbook: 'Failures of exports',
  },
  {
    name: 'PointsRejected',
    severity: 'warning',
    for: '15m',
    expression: ({ vocabulary, select, label }) => {
      const matchers = vocabulary === 'ecs' ? [] : [`${label('reason')}="rejected"`];
      const row = { ecs: 'exporter_export_rejected_points', semconv: 'exporter_exported_points' } as const;
      return `rate(${select(row, 'exporter', ...matchers)}[15m]) > 0`;
    },
    summary: `${EXPORTER} has data points rejected by the receiver`,
    description: 'The receiver has accepted exports but rejected some of their points for 15 minutes.',
    runbook: 'Failures of exports',
  },
  {
    name: 'ClientsRejected',
    severity: 'info',
    for: '15m',
    expression: ({ select, label }) =>
      `sum without (${label('reason')}) (increase(${select('exporter_http_rejected', 'exporter')}[5m])) > 5`,
    summary: `${EXPORTER} rejects clients`,
    description: 'The HTTP server rejected about {{ $value | humanize }} connections or requests in 5 minutes.',
    runbook: 'Log events',
  },
];
