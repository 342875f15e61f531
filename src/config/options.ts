import { CGROUP_OPTIONS } from './cgroup-options.ts';
import type { Option } from './option.ts';
import { OTLP_OPTIONS } from './otlp-options.ts';
import { baseUrl, hostName } from './schemas/addresses.ts';
import { exporterList, globList, metricPatterns, vocabularyList } from './schemas/lists.ts';
import { DEFAULT_INTERVAL_MS, INTERVAL_LIMITS_MS, secondsAsMs, wholeNumber } from './schemas/numbers.ts';
import { attributePairs } from './schemas/pairs.ts';
import { logFormat, logLevel, nonEmptyText, onceFormat, trueOrFalse, unsupported } from './schemas/words.ts';
import { STATSD_OPTIONS } from './statsd-options.ts';

const PORT = wholeNumber(0, 65_535);

/**
 * Everything that can be set, once: parsing, validation, `--help` and docs/configuration.md all come from here.
 * Flag before own variable before OpenTelemetry's variable before default; a variable that is empty is not set.
 */
export const OPTIONS = {
  metadataUrl: {
    group: 'Endpoint and sampling',
    flag: 'metadata-url',
    placeholder: 'url',
    own: ['ECS_CONTAINER_METADATA_URI_V4', 'ECS_CONTAINER_METADATA_URI'],
    otel: [],
    schema: baseUrl,
    defaultNote: 'required; ECS sets the variables in every container',
    description: 'Base address of the ECS task metadata endpoint; /task and /task/stats are appended.',
    secret: 'credentials',
    commands: ['run', 'once', 'healthcheck'],
  },
  intervalMs: {
    group: 'Endpoint and sampling',
    flag: 'interval',
    placeholder: 'seconds',
    own: ['INTERVAL'],
    otel: [],
    // Version 2 accepted 0.
    schema: secondsAsMs(INTERVAL_LIMITS_MS.min / 1_000, INTERVAL_LIMITS_MS.max / 1_000, true),
    defaultNote: `${DEFAULT_INTERVAL_MS / 1_000}; the export interval when metrics are only pushed and that is shorter`,
    description: 'Time between two samples of the endpoint. Scrapes and exports never wait for a sample.',
  },
  endpointTimeoutMs: {
    group: 'Endpoint and sampling',
    flag: 'endpoint-timeout',
    placeholder: 'seconds',
    own: ['ENDPOINT_TIMEOUT'],
    otel: [],
    schema: secondsAsMs(0.001, 3_600),
    default: '5',
    description:
      'Timeout for each document of the endpoint, including the retry. A value above the interval is reduced to the interval.',
  },
  include: {
    group: 'Endpoint and sampling',
    flag: 'include',
    placeholder: 'names',
    own: ['INCLUDE'],
    otel: [],
    schema: globList,
    default: '',
    defaultNote: 'all containers',
    description:
      'Containers to show: comma-separated names or patterns with *, ? and [...]. Task totals always cover the whole task.',
  },
  exclude: {
    group: 'Endpoint and sampling',
    flag: 'exclude',
    placeholder: 'names',
    own: ['EXCLUDE'],
    otel: [],
    schema: globList,
    default: '',
    defaultNote: 'none',
    description: 'Containers to leave out, written like --include; wins over it.',
  },
  containerLabels: {
    group: 'Endpoint and sampling',
    flag: 'container-labels',
    placeholder: 'keys',
    own: ['CONTAINER_LABELS'],
    otel: [],
    schema: globList,
    default: '',
    defaultNote: 'none',
    description:
      'Docker labels to show as attributes of container_info (label_<key>, container.label.<key>): keys, written like --include.',
  },
  taskTags: {
    group: 'Endpoint and sampling',
    flag: 'task-tags',
    placeholder: 'keys',
    own: ['TASK_TAGS'],
    otel: [],
    schema: globList,
    default: '',
    defaultNote: 'none, and the endpoint is not asked for tags',
    description:
      'Tags of the task to show on the resource (aws.ecs.task.tag.<key>): keys, written like --include. Sends one request after the first sample; requires ecs:ListTagsForResource.',
  },
  ...CGROUP_OPTIONS,
  exporters: {
    group: 'Exporters',
    flag: 'exporters',
    placeholder: 'list',
    own: ['EXPORTERS'],
    otel: ['OTEL_METRICS_EXPORTER'],
    schema: exporterList,
    default: 'prometheus',
    description: 'Where metrics go: a comma-separated list of prometheus, otlp, statsd and console, or none alone.',
  },
  metricNames: {
    group: 'Exporters',
    flag: 'metric-names',
    placeholder: 'list',
    own: ['METRIC_NAMES'],
    otel: [],
    schema: vocabularyList,
    defaultNote: 'ecs for prometheus and statsd, semconv for otlp and console',
    description:
      "Names of the metrics, for all exporters: ecs (ecs_task_*, as in version 2), semconv (OpenTelemetry's container.*), or both.",
  },
  metrics: {
    group: 'Exporters',
    flag: 'metrics',
    placeholder: 'list',
    own: ['METRICS'],
    otel: [],
    schema: metricPatterns,
    default: 'default',
    description:
      'Which metrics there are: names or patterns from docs/metrics.md with commas between them, read from left to right. default and all are sets, and -pattern takes away: "default,mem_page_faults", "-network_*".',
  },
  isSdkDisabled: {
    group: 'Exporters',
    own: [],
    otel: ['OTEL_SDK_DISABLED'],
    schema: trueOrFalse,
    default: 'false',
    description: 'true turns every exporter off, whatever else is set.',
  },
  configFile: {
    group: 'Exporters',
    own: [],
    otel: ['OTEL_CONFIG_FILE'],
    schema: unsupported(
      'asks for a declarative configuration file, which is not supported: unset it and use the options of --help',
    ),
    defaultNote: 'must not be set',
    description: 'Not supported. It would replace all other OTEL_ variables, so setting it is an error.',
  },
  httpHost: {
    group: 'Prometheus and health',
    flag: 'exporter-host',
    placeholder: 'host',
    own: ['EXPORTER_HOST'],
    otel: ['OTEL_EXPORTER_PROMETHEUS_HOST'],
    schema: hostName,
    default: 'localhost',
    description:
      'Where the HTTP server listens. 0.0.0.0 or :: means every interface, for scrapes from outside the task.',
  },
  httpPort: {
    group: 'Prometheus and health',
    flag: 'exporter-port',
    placeholder: 'port',
    own: ['EXPORTER_PORT'],
    otel: ['OTEL_EXPORTER_PROMETHEUS_PORT'],
    schema: PORT,
    default: '9545',
    description: 'Port of the HTTP server; 0 takes any free one.',
  },
  ...OTLP_OPTIONS,
  serviceName: {
    group: 'Resource',
    own: [],
    otel: ['OTEL_SERVICE_NAME'],
    schema: nonEmptyText,
    defaultNote: 'ecs-container-exporter',
    description: 'service.name of the resource.',
  },
  resourceAttributes: {
    group: 'Resource',
    own: [],
    otel: ['OTEL_RESOURCE_ATTRIBUTES'],
    schema: attributePairs,
    default: '',
    defaultNote: 'none',
    description:
      'More attributes of the resource: key=value pairs with commas between them, percent-encoded. They win over what is found out about the task.',
  },
  logLevel: {
    group: 'Logging',
    flag: 'log-level',
    placeholder: 'level',
    own: ['LOG_LEVEL'],
    otel: ['OTEL_LOG_LEVEL'],
    schema: logLevel,
    default: 'info',
    description: 'debug, info, warn, error or none. Logs go to stderr.',
  },
  logFormat: {
    group: 'Logging',
    flag: 'log-format',
    placeholder: 'name',
    own: ['LOG_FORMAT'],
    otel: [],
    schema: logFormat,
    default: 'auto',
    description: 'json (a line each), pretty, or auto: pretty on a terminal, json elsewhere.',
  },
  ...STATSD_OPTIONS,
  isConfigPrinted: {
    group: 'One command only',
    flag: 'print-config',
    own: [],
    otel: [],
    schema: trueOrFalse,
    default: 'false',
    description: 'run prints its configuration as JSON, without secrets, and ends.',
    commands: ['run'],
  },
  onceFormat: {
    group: 'One command only',
    flag: 'format',
    placeholder: 'name',
    own: [],
    otel: [],
    schema: onceFormat,
    default: 'prometheus',
    description: 'What once prints: prometheus (the text format) or json.',
    commands: ['once'],
  },
  isEndpointOnly: {
    group: 'One command only',
    flag: 'endpoint-only',
    own: [],
    otel: [],
    schema: trueOrFalse,
    default: 'false',
    description: 'demo serves the made-up endpoint and starts no exporter.',
    commands: ['demo'],
  },
  demoPort: {
    group: 'One command only',
    flag: 'demo-port',
    placeholder: 'port',
    own: [],
    otel: [],
    schema: PORT,
    default: '0',
    description: 'Port of the made-up endpoint of demo; 0 takes any free one.',
    commands: ['demo'],
  },
} as const satisfies Readonly<Record<string, Option<unknown>>>;

/** The rows in the order of help and docs. */
export const OPTION_LIST: readonly Option<unknown>[] = Object.values(OPTIONS);
