import type { WrittenLevel } from './lines.ts';

interface EventRow {
  readonly level: WrittenLevel;
  /** What happened. */
  readonly meaning: string;
  /** What the operator can do; empty if no action is needed. */
  readonly action: string;
}

/**
 * Every event of the log, in the order of docs/troubleshooting.md. `<topic>_failing` is logged through `Transitions`, which
 * logs `<topic>_recovered` at level info when the failure ends.
 */
export const EVENTS = {
  start_failed: {
    level: 'error',
    meaning: 'The exporter could not start.',
    action: 'The message names the cause, for example a port that is in use.',
  },
  crashed: {
    level: 'error',
    meaning: 'An unexpected error. The exporter exits.',
    action: 'Report it, with the field `stack`.',
  },
  poll_failing: {
    level: 'warn',
    meaning: 'The metadata endpoint could not be read.',
    action: 'See [the reasons](#failures-of-the-metadata-endpoint).',
  },
  container_stats_failing: {
    level: 'warn',
    meaning:
      'Running containers (field `containers`) have had no current stats for a minute. Their usage metrics and the task sums are absent.',
    action: 'See [a container is missing](#a-container-is-missing).',
  },
  otlp_export_failing: {
    level: 'warn',
    meaning: 'An OTLP export failed.',
    action: 'See [the reasons](#failures-of-exports).',
  },
  otlp_partial_failing: {
    level: 'warn',
    meaning: 'The receiver accepted an export but rejected some data points, or returned a warning.',
    action: "The message repeats the receiver's; check the receiver's limits and log.",
  },
  aws_credentials_failing: {
    level: 'warn',
    meaning:
      'AWS credentials for signing OTLP requests could not be read. The previous ones are used until they expire.',
    action: 'The message names the cause; check the task role.',
  },
  statsd_export_failing: {
    level: 'warn',
    meaning: 'An export to DogStatsD failed.',
    action: 'See [the reasons](#failures-of-exports).',
  },
  console_export_failing: {
    level: 'warn',
    meaning: 'Metrics could not be written to stdout.',
    action: 'Check what reads stdout.',
  },
  http_failing: {
    level: 'warn',
    meaning: 'The HTTP server could not respond to a request (field `path`).',
    action: 'Report it if it persists.',
  },
  http_clients_failing: {
    level: 'warn',
    meaning:
      'The HTTP server rejects clients because of a limit, a failed TLS handshake or a wrong password (field `limit`), counted in `exporter_http_rejected`.',
    action:
      'Identify the client, and restrict the security group. For `tls` and `login`, compare its settings with the [web configuration](web-config.md).',
  },
  web_config_failing: {
    level: 'warn',
    meaning:
      'The file of `--web.config.file`, or a certificate or key that it names, has changed and cannot be used. The previous version stays in use.',
    action: 'Fix the errors in the message. The next valid version takes effect.',
  },
  password_check_failing: {
    level: 'warn',
    meaning: 'The worker thread that checks passwords could not run. New logins get status 503.',
    action: 'With `--permission`, Node.js also needs `--allow-worker`.',
  },
  http_server_missing: {
    level: 'warn',
    meaning: 'The HTTP server could not start. Pushing continues, but health checks fail.',
    action: 'Set another `--exporter-port`.',
  },
  task_tags_failing: {
    level: 'warn',
    meaning: 'The tags of the task could not be read (`--task-tags`). Metrics are exported without them.',
    action: 'See [the reasons](#failures-of-the-metadata-endpoint).',
  },
  task_cgroup_failing: {
    level: 'warn',
    meaning: 'The cgroup of the task could not be read (`--cgroup-root`).',
    action: 'See [the reasons](#failures-of-the-cgroup).',
  },
  internal_error_failing: {
    level: 'warn',
    meaning: 'A metric could not be computed. All others are exported.',
    action: 'Report it.',
  },
  opentelemetry_failing: {
    level: 'warn',
    meaning: 'A warning from the OpenTelemetry SDK.',
    action: 'Report it if metrics are missing.',
  },
  duplicate_container_name: {
    level: 'warn',
    meaning: 'Several containers have the same name. Metrics with ecs names show only one of them.',
    action: 'Use `--metric-names semconv`, which also has the container ID.',
  },
  nothing_selected: {
    level: 'warn',
    meaning: 'No container is selected, so only task totals are exported.',
    action: 'Change `--include` and `--exclude`.',
  },
  pattern_matches_nothing: {
    level: 'info',
    meaning: 'A pattern of `--include` or `--exclude` matched no container at the first poll.',
    action: 'Check its spelling.',
  },
  nothing_exported: {
    level: 'warn',
    meaning: 'No exporter is active.',
    action: 'Set `--exporters`, and unset `OTEL_SDK_DISABLED`.',
  },
  statsd_disabled: {
    level: 'warn',
    meaning: '`DD_DOGSTATSD_DISABLE` turns the statsd exporter off.',
    action: 'Unset it, or remove `statsd` from `--exporters`.',
  },
  no_metrics: {
    level: 'warn',
    meaning: '`--metrics` selects no metric.',
    action: 'Change it.',
  },
  unknown_variable: {
    level: 'warn',
    meaning: 'An environment variable looks like an option but is not one.',
    action: 'Check its spelling.',
  },
  remote_endpoint: {
    level: 'warn',
    meaning: 'The metadata address is not a loopback or link-local address. On ECS, the endpoint is 169.254.170.2.',
    action: 'On ECS, do not set the address. Elsewhere, check that it is trusted.',
  },
  unsigned_requests: {
    level: 'warn',
    meaning:
      "The OTLP address has CloudWatch's host, but is not its OTLP endpoint. CloudWatch rejects requests without a signature.",
    action: 'Use `https://monitoring.<region>.amazonaws.com/v1/metrics`, or set `OTLP_AUTH`.',
  },
  http2_unavailable: {
    level: 'warn',
    meaning: 'The file of `--web.config.file` sets `http2: true`. The port serves HTTP/1.1.',
    action: 'Remove the setting. Prometheus supports both.',
  },
  interval_raised: {
    level: 'warn',
    meaning: 'The interval is too short. The minimum is used.',
    action: 'Raise `--interval`.',
  },
  log_lines_dropped: {
    level: 'warn',
    meaning: 'Log lines (field `lines`) were dropped because stderr was blocked.',
    action: 'Check the log driver.',
  },
  stop_timed_out: {
    level: 'warn',
    meaning: 'The last export did not finish before the shutdown deadline.',
    action: 'Check the receiver.',
  },
  stop_failed: {
    level: 'warn',
    meaning: 'An error occurred during shutdown.',
    action: 'Report it.',
  },
  stopped_at_once: {
    level: 'warn',
    meaning: 'A second signal ended the process before the last export.',
    action: '',
  },
  listening: { level: 'info', meaning: 'Started. The message contains the address.', action: '' },
  pushing: { level: 'info', meaning: 'Started without an HTTP server.', action: '' },
  web_config_reloaded: {
    level: 'info',
    meaning: 'A new version of the file of `--web.config.file`, or of a certificate, is in use.',
    action: '',
  },
  task_found: { level: 'info', meaning: 'The first metadata of a task arrived.', action: '' },
  containers_restarted: {
    level: 'info',
    meaning: 'Containers (field `containers`) restarted in place.',
    action: 'If it repeats, see [restart loops](#a-container-restarts-in-a-loop).',
  },
  stopping: { level: 'info', meaning: 'A signal arrived. The shutdown begins.', action: '' },
  stopped: { level: 'info', meaning: 'The shutdown is complete.', action: '' },
  configuration: { level: 'debug', meaning: 'The effective configuration, without secrets.', action: '' },
  poll: { level: 'debug', meaning: 'A poll ended, with its duration and failures.', action: '' },
  opentelemetry: { level: 'debug', meaning: 'A message from the OpenTelemetry SDK.', action: '' },
} as const satisfies Record<string, EventRow>;

type Events = typeof EVENTS;

type TopicOf<Event> = Event extends `${infer Name}_failing` ? Name : never;

/** A subsystem that can fail and recover. */
export type Topic = TopicOf<keyof Events>;

/** The events of one level. */
export type EventOf<Level extends WrittenLevel> =
  | { [Event in keyof Events]: Events[Event]['level'] extends Level ? Event : never }[keyof Events]
  | (Level extends 'info' ? `${Topic}_recovered` : never);
