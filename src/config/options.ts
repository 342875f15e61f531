import { VOCABULARIES } from '../metrics/vocabulary.ts';
import { baseUrl } from './addresses.ts';
import { attributePairs, exporterList, globList, listOf, metricSelection } from './lists.ts';
import type { Option } from './option.ts';
import { OTLP_OPTIONS } from './otlp-options.ts';
import { STATSD_OPTIONS } from './statsd-options.ts';
import {
  absolutePath,
  hostName,
  logLevel,
  nonEmptyText,
  oneOf,
  secondsAsMs,
  trueOrFalse,
  wholeNumber,
} from './values.ts';

/** One poll per scrape at the usual scrape intervals of Prometheus; most polls find a new sample. */
export const DEFAULT_INTERVAL_MS = 15_000;

/** Limits of the sampling interval. */
export const INTERVAL_LIMITS_MS = { min: 1_000, max: 3_600_000 } as const;

const PORT = wholeNumber(0, 65_535);

/**
 * All options, with their parsers, defaults and texts. --help and docs/configuration.md are generated from this table.
 * Precedence: flag, variables in order, default. An empty variable counts as unset.
 */
export const OPTIONS = {
  metadataUrl: {
    group: 'Endpoint and sampling',
    flag: 'metadata-url',
    placeholder: 'url',
    variables: ['ECS_CONTAINER_METADATA_URI_V4', 'ECS_CONTAINER_METADATA_URI'],
    parse: baseUrl,
    defaultNote: 'required; ECS sets the variables in every container',
    description: 'Base URL of the ECS task metadata endpoint. The exporter appends /task and /task/stats.',
    secret: 'credentials',
    commands: ['run', 'once', 'healthcheck'],
  },
  intervalMs: {
    group: 'Endpoint and sampling',
    flag: 'interval',
    placeholder: 'seconds',
    variables: ['INTERVAL'],
    // Version 2 accepted 0.
    parse: secondsAsMs(INTERVAL_LIMITS_MS.min / 1_000, INTERVAL_LIMITS_MS.max / 1_000, true),
    defaultNote: `${DEFAULT_INTERVAL_MS / 1_000}, or the export interval if it is shorter and metrics are only pushed`,
    description: 'Interval between samples. Scrapes and exports use the latest sample and never wait for a new one.',
  },
  endpointTimeoutMs: {
    group: 'Endpoint and sampling',
    flag: 'endpoint-timeout',
    placeholder: 'seconds',
    variables: ['ENDPOINT_TIMEOUT'],
    parse: secondsAsMs(0.001, 3_600),
    default: '5',
    description: 'Timeout of each request to the endpoint, including its retry. Limited to the sampling interval.',
  },
  include: {
    group: 'Endpoint and sampling',
    flag: 'include',
    placeholder: 'names',
    variables: ['INCLUDE'],
    parse: globList,
    default: '',
    defaultNote: 'all containers',
    description:
      'Containers to export: comma-separated names or patterns with *, ? and [...]. Task totals always include all containers.',
  },
  exclude: {
    group: 'Endpoint and sampling',
    flag: 'exclude',
    placeholder: 'names',
    variables: ['EXCLUDE'],
    parse: globList,
    default: '',
    defaultNote: 'none',
    description: 'Containers to omit, in the syntax of --include. Takes precedence over it.',
  },
  containerLabels: {
    group: 'Endpoint and sampling',
    flag: 'container-labels',
    placeholder: 'keys',
    variables: ['CONTAINER_LABELS'],
    parse: globList,
    default: '',
    defaultNote: 'none',
    description:
      'Docker labels to export as attributes of container_info (label_<key>, container.label.<key>): comma-separated keys or patterns.',
  },
  taskTags: {
    group: 'Endpoint and sampling',
    flag: 'task-tags',
    placeholder: 'keys',
    variables: ['TASK_TAGS'],
    parse: globList,
    default: '',
    defaultNote: 'none',
    description:
      'Tags of the task to export as resource attributes (aws.ecs.task.tag.<key>): comma-separated keys or patterns. Sends one request after the first sample and requires the permission ecs:ListTagsForResource.',
  },
  cgroupRoot: {
    group: 'Endpoint and sampling',
    flag: 'cgroup-root',
    placeholder: 'path',
    variables: ['CGROUP_ROOT'],
    parse: absolutePath,
    defaultNote: 'none',
    description:
      "Path at which /sys/fs/cgroup of the EC2 instance is mounted; read-only is sufficient. Adds the task's CPU throttling and OOM kills, which the endpoint does not report. Not available on Fargate.",
    commands: ['run', 'once'],
  },
  exporters: {
    group: 'Exporters',
    flag: 'exporters',
    placeholder: 'list',
    variables: ['EXPORTERS', 'OTEL_METRICS_EXPORTER'],
    parse: exporterList,
    default: 'prometheus',
    description: 'Exporters to enable: a comma-separated list of prometheus, otlp, statsd and console, or none.',
  },
  metricNames: {
    group: 'Exporters',
    flag: 'metric-names',
    placeholder: 'list',
    variables: ['METRIC_NAMES'],
    parse: listOf(VOCABULARIES),
    defaultNote: 'ecs for prometheus and statsd, semconv for otlp and console',
    description:
      "Metric names for all exporters: ecs (ecs_task_*, as in version 2), semconv (OpenTelemetry's container.*), or both.",
  },
  metrics: {
    group: 'Exporters',
    flag: 'metrics',
    placeholder: 'list',
    variables: ['METRICS'],
    parse: metricSelection,
    default: 'default',
    description:
      'Metrics to export: comma-separated names or patterns from docs/metrics.md, evaluated from left to right. default and all are predefined sets, and a leading - removes metrics: "default,mem_page_faults", "-network_*".',
  },
  isSdkDisabled: {
    group: 'Exporters',
    variables: ['OTEL_SDK_DISABLED'],
    parse: trueOrFalse,
    default: 'false',
    description: 'true disables all exporters.',
  },
  configFile: {
    group: 'Exporters',
    variables: ['OTEL_CONFIG_FILE'],
    // It would change the meaning of all other variables, so the exporter must not start without it.
    parse: () => ({ wrong: 'is not supported; unset it and use the options in --help' }),
    defaultNote: 'must be unset',
    description: 'Declarative configuration files are not supported: setting this variable is an error.',
  },
  httpHost: {
    group: 'HTTP server',
    flag: 'exporter-host',
    placeholder: 'host',
    variables: ['EXPORTER_HOST', 'OTEL_EXPORTER_PROMETHEUS_HOST'],
    parse: hostName,
    default: 'localhost',
    description:
      'Host name or IP address to listen on for metrics and health checks. Use 0.0.0.0 or :: for scrapes from outside the task.',
  },
  httpPort: {
    group: 'HTTP server',
    flag: 'exporter-port',
    placeholder: 'port',
    variables: ['EXPORTER_PORT', 'OTEL_EXPORTER_PROMETHEUS_PORT'],
    parse: PORT,
    default: '9545',
    description: 'Port to listen on; 0 selects a free port.',
  },
  ...OTLP_OPTIONS,
  serviceName: {
    group: 'Resource',
    variables: ['OTEL_SERVICE_NAME'],
    parse: nonEmptyText,
    defaultNote: 'ecs-container-exporter',
    description: 'Value of the resource attribute service.name.',
  },
  resourceAttributes: {
    group: 'Resource',
    variables: ['OTEL_RESOURCE_ATTRIBUTES'],
    parse: attributePairs,
    default: '',
    defaultNote: 'none',
    description:
      'Additional resource attributes: comma-separated key=value pairs, percent-encoded. They take precedence over detected attributes.',
  },
  logLevel: {
    group: 'Logging',
    flag: 'log-level',
    placeholder: 'level',
    variables: ['LOG_LEVEL', 'OTEL_LOG_LEVEL'],
    parse: logLevel,
    default: 'info',
    description: 'Minimum level of messages: debug, info, warn, error or none. Logs are written to stderr.',
  },
  logFormat: {
    group: 'Logging',
    flag: 'log-format',
    placeholder: 'format',
    variables: ['LOG_FORMAT'],
    parse: oneOf('auto', 'json', 'pretty'),
    default: 'auto',
    description: 'Log format: json (one object per line), pretty, or auto (pretty on a terminal, otherwise json).',
  },
  ...STATSD_OPTIONS,
  isConfigPrinted: {
    group: 'Command-specific options',
    flag: 'print-config',
    variables: [],
    parse: trueOrFalse,
    default: 'false',
    description: 'run: print the configuration as JSON, with secrets hidden, and exit.',
    commands: ['run'],
  },
  onceFormat: {
    group: 'Command-specific options',
    flag: 'format',
    placeholder: 'format',
    variables: [],
    parse: oneOf('prometheus', 'json'),
    default: 'prometheus',
    description: 'once: output format, prometheus (the text format) or json.',
    commands: ['once'],
  },
  isEndpointOnly: {
    group: 'Command-specific options',
    flag: 'endpoint-only',
    variables: [],
    parse: trueOrFalse,
    default: 'false',
    description: 'demo: serve the simulated endpoint without an exporter.',
    commands: ['demo'],
  },
  demoPort: {
    group: 'Command-specific options',
    flag: 'demo-port',
    placeholder: 'port',
    variables: [],
    parse: PORT,
    default: '0',
    description: 'demo: port of the simulated endpoint; 0 selects a free port.',
    commands: ['demo'],
  },
} as const satisfies Readonly<Record<string, Option<unknown>>>;

/** The options in the order of help and docs. */
export const OPTION_LIST: readonly Option<unknown>[] = Object.values(OPTIONS);
