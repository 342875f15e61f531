/** As CONTAINER_CASES, for the alerts on the exporter itself. */
import type { AlertCases } from './alert-cases.ts';
import { both, type Input, series } from './alert-inputs.ts';

const EXPORTER = 'The exporter (10.0.1.17:9545)';

const STATUS = ['exporter_status', 'aws_ecs_exporter_status'] as const;
const WITHOUT_STATS = ['exporter_containers_without_stats', 'aws_ecs_exporter_containers_without_stats'] as const;
const EXPORTS = ['exporter_exports_total', 'aws_ecs_exporter_exports_total'] as const;
const FAILURES = ['exporter_export_failures_total', 'aws_ecs_exporter_export_failures_total'] as const;
const REJECTED = [
  'exporter_export_rejected_points_total',
  'otel_sdk_exporter_metric_data_point_exported_total',
] as const;
const CLIENTS = ['exporter_http_rejected_total', 'aws_ecs_exporter_http_rejected_total'] as const;

const OTLP = { ecs: { exporter: 'otlp' }, semconv: { otel_component_name: 'otlp' } };
const REJECTED_LABELS = {
  ecs: { exporter: 'otlp' },
  semconv: { otel_component_name: 'otlp', error_type: 'rejected' },
};

function exportFailures(reason: string, values: string): Input {
  return series('exporter', FAILURES, values, {
    ecs: { exporter: 'otlp', reason },
    semconv: { otel_component_name: 'otlp', error_type: reason },
  });
}

function rejectedClients(values: string): Input {
  return series('exporter', CLIENTS, values, {
    ecs: { reason: 'connections' },
    semconv: { error_type: 'connections' },
  });
}

export const EXPORTER_CASES: Readonly<Record<string, AlertCases>> = {
  ExporterDown: {
    severity: 'warning',
    runbook: 'the-port-is-unreachable',
    fires: [
      {
        inputs: [both('up', 'exporter', '0x10')],
        at: 6,
        level: 'exporter',
        summary: `${EXPORTER} cannot be scraped`,
        description:
          'All scrapes of the last 5 minutes failed. The exporter or its task is down, or the port is unreachable.',
      },
    ],
    silent: [
      { why: 'up', inputs: [both('up', 'exporter', '1x10')], at: 6 },
      { why: 'the task starts', inputs: [both('up', 'exporter', '0x2 1x10')], at: 6 },
      {
        why: 'the task stops: discovery removes it after two minutes',
        inputs: [both('up', 'exporter', '1x5 0x2 stale')],
        at: 11,
      },
    ],
  },
  ExporterAbsent: {
    severity: 'critical',
    runbook: 'no-data',
    fires: [
      {
        inputs: [series('exporter', STATUS, '1x5')],
        at: 20,
        level: 'exporter',
        isAbsent: true,
        summary: 'No exporter reports metrics',
        description: 'Prometheus has received no metrics from any exporter for 10 minutes, scraped or pushed.',
      },
    ],
    silent: [
      { why: 'it reports', inputs: [series('exporter', STATUS, '1x20')], at: 20 },
      { why: 'it reports a failure', inputs: [series('exporter', STATUS, '0x20')], at: 20 },
      { why: 'a gap of eight minutes', inputs: [series('exporter', STATUS, '1x5 _x8 1x20')], at: 14 },
    ],
  },
  ExporterBlind: {
    severity: 'warning',
    runbook: 'failures-of-the-metadata-endpoint',
    fires: [
      {
        inputs: [series('exporter', STATUS, '0x10')],
        at: 3,
        level: 'exporter',
        summary: `${EXPORTER} cannot read the metadata endpoint`,
        description:
          'Polls of the task metadata endpoint have failed for 2 minutes. Task metrics disappear three intervals after the last success.',
      },
    ],
    silent: [
      { why: 'it works', inputs: [series('exporter', STATUS, '1x10')], at: 3 },
      { why: 'one failure', inputs: [series('exporter', STATUS, '1 0 1x10')], at: 3 },
    ],
  },
  StatsMissing: {
    severity: 'warning',
    runbook: 'a-container-is-missing',
    fires: [
      {
        inputs: [series('exporter', WITHOUT_STATS, '2x10')],
        at: 6,
        level: 'exporter',
        summary: `${EXPORTER} has no stats for running containers`,
        description:
          'The endpoint has had no current stats for 2 running containers for 5 minutes. Task totals are absent.',
      },
    ],
    silent: [
      { why: 'none', inputs: [series('exporter', WITHOUT_STATS, '0x10')], at: 6 },
      { why: 'containers start', inputs: [series('exporter', WITHOUT_STATS, '2 1 0x10')], at: 6 },
    ],
  },
  ExportsFailing: {
    severity: 'warning',
    runbook: 'failures-of-exports',
    fires: [
      {
        inputs: [
          series('exporter', EXPORTS, '0+10x60', OTLP),
          exportFailures('timeout', '0+5x60'),
          exportFailures('reset', '0+4x60'),
        ],
        at: 40,
        level: 'exporter',
        labels: OTLP,
        summary: `${EXPORTER} cannot push metrics`,
        description: '90% of the exports have failed for 15 minutes.',
      },
    ],
    silent: [
      {
        why: 'a fifth fails',
        inputs: [series('exporter', EXPORTS, '0+10x60', OTLP), exportFailures('timeout', '0+2x60')],
        at: 40,
      },
      {
        why: 'an outage of ten minutes',
        inputs: [series('exporter', EXPORTS, '0+10x60', OTLP), exportFailures('timeout', '0x10 0+10x10 100x40')],
        at: 40,
      },
    ],
  },
  PointsRejected: {
    severity: 'warning',
    runbook: 'failures-of-exports',
    fires: [
      {
        inputs: [series('exporter', REJECTED, '0+3x60', REJECTED_LABELS)],
        at: 20,
        level: 'exporter',
        labels: REJECTED_LABELS,
        summary: `${EXPORTER} has data points rejected by the receiver`,
        description: 'The receiver has accepted exports but rejected some of their points for 15 minutes.',
      },
    ],
    silent: [
      { why: 'none', inputs: [series('exporter', REJECTED, '0x60', REJECTED_LABELS)], at: 20 },
      {
        why: 'accepted points only',
        inputs: [series('exporter', ['exporter_exported_points_total', REJECTED[1]], '0+90x60', OTLP)],
        at: 20,
      },
    ],
  },
  ClientsRejected: {
    severity: 'info',
    runbook: 'log-events',
    fires: [
      {
        inputs: [rejectedClients('0+10x60')],
        at: 25,
        level: 'exporter',
        summary: `${EXPORTER} rejects clients`,
        description: 'The HTTP server rejected about 50 connections or requests in 5 minutes.',
      },
    ],
    silent: [
      { why: 'none', inputs: [rejectedClients('0x60')], at: 25 },
      { why: 'a few', inputs: [rejectedClients('0+0.5x60')], at: 25 },
      { why: 'a burst', inputs: [rejectedClients('0x5 500x60')], at: 12 },
    ],
  },
};
