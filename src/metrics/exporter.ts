import type { ByReason, SelfScope } from '../self/self-scope.ts';
import type { MetricRow, Point } from './row.ts';

export const EXPORTER_ROWS = {
  exporter_status: {
    family: 'exporter',
    kind: 'gauge',
    valueType: 'int',
    description: 'Whether the last reading of the metadata endpoint succeeded: 1, else 0.',
    source: 'the last poll',
    stability: 'compatible',
    ecs: { name: 'exporter_status' },
    semconv: { exporter: 'aws.ecs.exporter.status', unit: '{status}' },
    exporter: ({ polls }) => (polls.isLastGood ? 1 : 0),
  },
  exporter_polls: {
    family: 'exporter',
    kind: 'counter',
    valueType: 'int',
    description: 'Readings of the metadata endpoint since the exporter started, failed ones included.',
    source: 'counted',
    stability: 'stable',
    ecs: { name: 'exporter_polls' },
    semconv: { exporter: 'aws.ecs.exporter.polls', unit: '{poll}' },
    exporter: ({ polls }) => polls.count,
  },
  exporter_poll_failures: {
    family: 'exporter',
    kind: 'counter',
    valueType: 'int',
    description: 'Failed requests to the metadata endpoint since the exporter started, by reason.',
    source: 'counted; a poll that could use older task metadata counts its failed request too',
    stability: 'stable',
    dimensions: ['reason'],
    ecs: { name: 'exporter_poll_failures' },
    semconv: { exporter: 'aws.ecs.exporter.poll.failures', unit: '{failure}' },
    exporter: ({ polls }) => byReason(polls.failures),
  },
  exporter_poll_duration_seconds: {
    family: 'exporter',
    kind: 'gauge',
    valueType: 'double',
    description: 'How long the last reading of the metadata endpoint took, in seconds.',
    source: 'monotonic clock',
    stability: 'stable',
    ecs: { name: 'exporter_poll_duration_seconds' },
    semconv: { exporter: 'aws.ecs.exporter.poll.duration', unit: 's' },
    exporter: ({ polls }) => polls.lastSeconds,
  },
  exporter_last_success_timestamp_seconds: {
    family: 'exporter',
    kind: 'gauge',
    valueType: 'double',
    description: 'When the metadata endpoint was last read successfully, in seconds since the epoch.',
    source: 'wall clock',
    stability: 'stable',
    ecs: { name: 'exporter_last_success_timestamp_seconds' },
    semconv: { exporter: 'aws.ecs.exporter.last_success', unit: 's' },
    exporter: ({ polls }) => polls.lastSuccessSeconds,
  },
  exporter_container_restarts: {
    family: 'exporter',
    kind: 'counter',
    valueType: 'int',
    description:
      'In-place container restarts since the exporter started, detected by a new start time, a higher RestartCount or a reset of CPU time.',
    source: 'counted',
    stability: 'stable',
    ecs: { name: 'exporter_container_restarts' },
    semconv: { exporter: 'aws.ecs.exporter.container_restarts', unit: '{restart}' },
    exporter: ({ polls }) => polls.restarts,
  },
  exporter_invalid_values: {
    family: 'exporter',
    kind: 'counter',
    valueType: 'int',
    description:
      'Invalid values since the exporter started, by reason: values from the metadata endpoint, and values that could not be computed (reason internal).',
    source: 'counted',
    stability: 'stable',
    dimensions: ['reason'],
    ecs: { name: 'exporter_invalid_values' },
    semconv: { exporter: 'aws.ecs.exporter.invalid_values', unit: '{value}' },
    exporter: ({ polls }) => byReason(polls.invalidValues),
  },
  exporter_task_tags_failures: {
    family: 'exporter',
    kind: 'counter',
    valueType: 'int',
    description:
      'Requests for the tags of the task that failed since the exporter started, by reason; refused: the answer lists an error in their place. Only with --task-tags.',
    source: 'counted',
    stability: 'stable',
    dimensions: ['reason'],
    ecs: { name: 'exporter_task_tags_failures' },
    semconv: { exporter: 'aws.ecs.exporter.task_tags.failures', unit: '{failure}' },
    exporter: ({ polls }) => byReason(polls.tagFailures),
  },
  exporter_containers: {
    family: 'exporter',
    kind: 'gauge',
    valueType: 'int',
    description: 'Containers of the task that had stats at the last good poll, excluded ones too.',
    source: 'the last good poll',
    stability: 'stable',
    ecs: { name: 'exporter_containers' },
    semconv: { exporter: 'aws.ecs.exporter.containers', unit: '{container}', kind: 'updowncounter' },
    exporter: ({ containers }) => containers?.withStats,
  },
  exporter_containers_without_stats: {
    family: 'exporter',
    kind: 'gauge',
    valueType: 'int',
    description:
      'RUNNING containers without a current sample, including excluded ones. Above 0, the gauges of the task that sum over its containers are absent.',
    source: 'containers with KnownStatus RUNNING whose stats are missing, all zero or stale',
    stability: 'stable',
    ecs: { name: 'exporter_containers_without_stats' },
    semconv: {
      exporter: 'aws.ecs.exporter.containers_without_stats',
      unit: '{container}',
      kind: 'updowncounter',
    },
    exporter: ({ containers }) => containers?.withoutStats,
  },
  exporter_stale_containers: {
    family: 'exporter',
    kind: 'gauge',
    valueType: 'int',
    description: 'Containers of the task whose stats are there, but too old to be shown or older than those before.',
    source: 'read of the sample did not advance for 3 intervals (at least 60 s), or went back',
    stability: 'stable',
    ecs: { name: 'exporter_stale_containers' },
    semconv: { exporter: 'aws.ecs.exporter.stale_containers', unit: '{container}', kind: 'updowncounter' },
    exporter: ({ containers }) => containers?.stale,
  },
  exporter_series: {
    family: 'exporter',
    kind: 'gauge',
    valueType: 'int',
    description: 'Series of containers and of the task now, in all vocabularies together.',
    source: 'counted',
    stability: 'stable',
    ecs: { name: 'exporter_series' },
    semconv: { exporter: 'aws.ecs.exporter.series', unit: '{series}', kind: 'updowncounter' },
    exporter: ({ series }) => series,
  },
  exporter_process_cpu_seconds: {
    family: 'exporter',
    kind: 'counter',
    valueType: 'double',
    description: 'CPU time of the exporter itself, user and system together, in seconds.',
    source: 'process.cpuUsage()',
    stability: 'development',
    ecs: { name: 'exporter_process_cpu_seconds' },
    semconv: { exporter: 'process.cpu.time', unit: 's' },
    exporter: ({ processUse }) => processUse?.cpuSeconds,
  },
  exporter_process_resident_memory_bytes: {
    family: 'exporter',
    kind: 'gauge',
    valueType: 'int',
    description: 'Resident memory of the exporter itself, in bytes.',
    source: 'process.memoryUsage.rss()',
    stability: 'development',
    ecs: { name: 'exporter_process_resident_memory_bytes' },
    semconv: { exporter: 'process.memory.usage', unit: 'By', kind: 'updowncounter' },
    exporter: ({ processUse }) => processUse?.residentBytes,
  },
  exporter_event_loop_delay_seconds: {
    family: 'exporter',
    kind: 'gauge',
    valueType: 'double',
    description:
      'By how much the event loop of the exporter was late at most since the poll before, looked at once a second, in seconds: a shorter delay may be missed.',
    source: 'how much too late a timer of one second fired',
    stability: 'development',
    ecs: { name: 'exporter_event_loop_delay_seconds' },
    semconv: { exporter: 'nodejs.eventloop.delay.max', unit: 's' },
    exporter: ({ processUse }) => processUse?.eventLoopDelaySeconds,
  },
  exporter_http_rejected: {
    family: 'exporter',
    kind: 'counter',
    valueType: 'int',
    description:
      'HTTP connections closed because of a limit since the exporter started, by reason: connections (no place left), pipelined (too many requests without waiting for responses), slow_reader (response not read in time).',
    source: 'counted, up to the last poll',
    stability: 'stable',
    dimensions: ['reason'],
    ecs: { name: 'exporter_http_rejected' },
    semconv: { exporter: 'aws.ecs.exporter.http.rejected', unit: '{connection}' },
    exporter: ({ httpRejections }) => httpRejections && byReason(httpRejections),
  },
  exporter_exports: {
    family: 'exporter',
    kind: 'counter',
    valueType: 'int',
    description: 'Exports by the push exporters since the exporter started, failed ones included.',
    source: 'counted, up to the last poll',
    stability: 'stable',
    dimensions: ['exporter'],
    ecs: { name: 'exporter_exports' },
    semconv: { exporter: 'aws.ecs.exporter.exports', unit: '{export}' },
    exporter: ({ exports }) => byExporter(exports.exports),
  },
  exporter_export_failures: {
    family: 'exporter',
    kind: 'counter',
    valueType: 'int',
    description: 'Exports by the push exporters that failed, since the exporter started, by reason.',
    source: 'counted, up to the last poll',
    stability: 'stable',
    dimensions: ['exporter', 'reason'],
    ecs: { name: 'exporter_export_failures' },
    semconv: { exporter: 'aws.ecs.exporter.export_failures', unit: '{export}' },
    exporter: exportFailures,
  },
  exporter_export_rejected_points: {
    family: 'exporter',
    kind: 'counter',
    valueType: 'int',
    description: 'Points that a receiver did not take out of exports that it took, since the exporter started.',
    source: "counted, from the receiver's partial success",
    stability: 'stable',
    dimensions: ['exporter'],
    ecs: { name: 'exporter_export_rejected_points' },
    exporter: ({ exports }) => byExporter(exports.rejected),
  },
  exporter_exported_points: {
    family: 'exporter',
    kind: 'counter',
    valueType: 'int',
    description:
      'Data points in exports that have ended since the exporter started; with a reason where the receiver did not take them.',
    source: "counted, up to the last poll; reason rejected: from the receiver's partial success",
    stability: 'development',
    dimensions: ['exporter', 'reason'],
    semconv: { exporter: 'otel.sdk.exporter.metric_data_point.exported', unit: '{data_point}' },
    exporter: exportedPoints,
  },
  exporter_build_info: {
    family: 'exporter',
    kind: 'gauge',
    valueType: 'int',
    description: 'Which exporter this is: always 1.',
    source: 'package version, process.version',
    stability: 'stable',
    dimensions: ['version', 'nodeVersion'],
    ecs: { name: 'exporter_build_info' },
    semconv: { exporter: 'aws.ecs.exporter.build_info', unit: '{build}' },
    exporter: ({ version, nodeVersion }) => [{ value: 1, dimensions: { version, nodeVersion } }],
  },
} as const satisfies Record<string, MetricRow>;

/** A series for each reason. */
export function byReason(counts: ByReason): readonly Point[] {
  return [...counts].map(([reason, value]) => ({ value, dimensions: { reason } }));
}

function byExporter(counts: ReadonlyMap<string, number>): readonly Point[] {
  return [...counts].map(([exporter, value]) => ({ value, dimensions: { exporter } }));
}

function exportFailures({ exports }: SelfScope): readonly Point[] {
  return byExporterAndReason(exports.failures);
}

function exportedPoints({ exports }: SelfScope): readonly Point[] {
  return [...byExporter(exports.acceptedPoints), ...byExporterAndReason(exports.failedPoints)];
}

function byExporterAndReason(all: ReadonlyMap<string, ByReason>): readonly Point[] {
  return [...all].flatMap(([exporter, counts]) =>
    [...counts].map(([reason, value]) => ({ value, dimensions: { exporter, reason } })),
  );
}
