import { VOCABULARIES } from '../metrics/vocabulary.ts';
import { attributePairs, exporterList, globList, listOf, metricSelection } from './lists.ts';
import type { Option, OptionTable } from './option.ts';
import { OTLP_AUTH_OPTIONS } from './otlp-auth.ts';
import { OTLP_OPTIONS } from './otlp-options.ts';
import { ENDPOINT_OPTIONS } from './sampling-options.ts';
import { STATSD_OPTIONS } from './statsd.ts';
import {
  hostName,
  inverted,
  logLevel,
  nonEmptyText,
  oneOf,
  trueOrFalse,
  wholeNumber,
  yesOrNo,
} from './value-parsers.ts';

const PORT = wholeNumber(0, 65_535);

const EXPORTER_OPTIONS = {
  exporters: {
    flag: 'exporters',
    placeholder: 'list',
    variables: ['EXPORTERS', 'OTEL_METRICS_EXPORTER'],
    parse: exporterList,
    default: 'prometheus',
    description: 'Exporters to enable: a comma-separated list of prometheus, otlp, statsd and console, or none.',
  },
  metricNames: {
    flag: 'metric-names',
    placeholder: 'list',
    variables: ['METRIC_NAMES'],
    parse: listOf(VOCABULARIES),
    defaultNote: 'ecs for prometheus and statsd, semconv for otlp and console',
    description:
      "Metric names for all exporters: ecs (ecs_task_*, as in version 2), semconv (OpenTelemetry's container.*), or both.",
  },
  metrics: {
    flag: 'metrics',
    placeholder: 'list',
    variables: ['METRICS'],
    parse: metricSelection,
    default: 'default',
    description:
      'Metrics to export: comma-separated names or patterns from docs/metrics.md, evaluated from left to right. default and all are predefined sets, and a leading - removes metrics: "default,mem_page_faults", "-network_*".',
  },
  isSdkDisabled: {
    variables: ['OTEL_SDK_DISABLED'],
    parse: trueOrFalse,
    default: 'false',
    description: 'true disables all exporters.',
  },
  configFile: {
    variables: ['OTEL_CONFIG_FILE'],
    // A configuration file overrides all other variables, so ignoring it would start the exporter with other settings.
    parse: () => ({ error: 'is not supported; unset it and use the options in --help' }),
    defaultNote: 'must be unset',
    description: 'Declarative configuration files are not supported: setting this variable is an error.',
  },
} as const satisfies OptionTable;

const HTTP_OPTIONS = {
  httpHost: {
    flag: 'exporter-host',
    placeholder: 'host',
    variables: ['EXPORTER_HOST', 'OTEL_EXPORTER_PROMETHEUS_HOST'],
    parse: hostName,
    default: 'localhost',
    description:
      'Host name or IP address to listen on for metrics and health checks. Use 0.0.0.0 or :: for scrapes from outside the task.',
  },
  httpPort: {
    flag: 'exporter-port',
    placeholder: 'port',
    variables: ['EXPORTER_PORT', 'OTEL_EXPORTER_PROMETHEUS_PORT'],
    parse: PORT,
    default: '9545',
    description: 'Port to listen on; 0 selects a free port.',
  },
  webConfigFile: {
    flag: 'web.config.file',
    placeholder: 'path',
    variables: ['WEB_CONFIG_FILE'],
    parse: nonEmptyText,
    secret: 'path',
    defaultNote: 'none: plain HTTP without passwords',
    description:
      "YAML file in the format of Prometheus' exporter toolkit, with TLS, users, response headers and a rate limit for the port. See docs/web-config.md.",
  },
} as const satisfies OptionTable;

const STATUS_PAGE_OPTIONS = {
  hasStatusPage: {
    flag: 'no-status-page',
    variables: [{ name: 'STATUS_PAGE', parse: yesOrNo, note: 'false disables it' }],
    parse: inverted,
    default: 'false',
    defaultNote: 'page enabled',
    description: 'Do not serve the status page at / and its data at /api/status.',
  },
  hasStatusHistory: {
    flag: 'no-status-history',
    variables: [{ name: 'STATUS_HISTORY', parse: yesOrNo, note: 'false disables it' }],
    parse: inverted,
    default: 'false',
    defaultNote: 'history enabled',
    description:
      'Do not keep values of the last 15 minutes for the status page. Saves 1 to 3 kB of memory per container.',
  },
} as const satisfies OptionTable;

const PROMETHEUS_OPTIONS = {
  prometheusResourceLabels: {
    flag: 'prometheus-resource-labels',
    placeholder: 'names',
    variables: ['PROMETHEUS_RESOURCE_LABELS'],
    parse: globList,
    default: '',
    defaultNote: 'none',
    description:
      "Resource attributes to add to every series as labels: comma-separated names or patterns, for example aws.ecs.service.name. A metric's own label takes precedence.",
  },
  prometheusStartTimes: {
    flag: 'prometheus-start-times',
    variables: ['PROMETHEUS_START_TIMES'],
    parse: yesOrNo,
    default: 'false',
    description:
      'Serve OpenMetrics 1.0 with the start times of counters (_created) to clients whose Accept header names it. Prometheus stores each start time as a series unless a feature flag for start times is set.',
  },
} as const satisfies OptionTable;

const RESOURCE_OPTIONS = {
  serviceName: {
    variables: ['OTEL_SERVICE_NAME'],
    parse: nonEmptyText,
    defaultNote: 'ecs-container-exporter',
    description: 'Value of the resource attribute service.name.',
  },
  resourceAttributes: {
    variables: ['OTEL_RESOURCE_ATTRIBUTES'],
    parse: attributePairs,
    default: '',
    defaultNote: 'none',
    description:
      'Additional resource attributes: comma-separated key=value pairs, percent-encoded. They take precedence over detected attributes.',
  },
  resourceAttributesInclude: {
    flag: 'resource-attributes-include',
    placeholder: 'names',
    variables: ['RESOURCE_ATTRIBUTES_INCLUDE'],
    parse: globList,
    default: '',
    defaultNote: 'all attributes',
    description:
      'Resource attributes to export over OTLP, on the console and in target_info: comma-separated names or patterns. service.name and service.instance.id are always exported.',
  },
} as const satisfies OptionTable;

const LOG_OPTIONS = {
  logLevel: {
    flag: 'log-level',
    placeholder: 'level',
    variables: ['LOG_LEVEL', 'OTEL_LOG_LEVEL'],
    parse: logLevel,
    default: 'info',
    description: 'Minimum level of messages: debug, info, warn, error or none. Logs are written to stderr.',
  },
  logFormat: {
    flag: 'log-format',
    placeholder: 'format',
    variables: ['LOG_FORMAT'],
    parse: oneOf('auto', 'json', 'pretty'),
    default: 'auto',
    description: 'Log format: json (one object per line), pretty, or auto (pretty on a terminal, otherwise json).',
  },
} as const satisfies OptionTable;

const COMMAND_OPTIONS = {
  isConfigPrinted: {
    flag: 'print-config',
    variables: [],
    parse: trueOrFalse,
    default: 'false',
    description: 'run: print the configuration as JSON, with secrets hidden, and exit.',
    commands: ['run'],
  },
  onceFormat: {
    flag: 'format',
    placeholder: 'format',
    variables: [],
    parse: oneOf('prometheus', 'json', 'table'),
    defaultNote: 'table on a terminal, otherwise prometheus',
    description: 'once: output format, prometheus (the text format), json or table.',
    commands: ['once'],
  },
  isEndpointOnly: {
    flag: 'endpoint-only',
    variables: [],
    parse: trueOrFalse,
    default: 'false',
    description: 'demo: serve the simulated endpoint without an exporter.',
    commands: ['demo'],
  },
  demoPort: {
    flag: 'demo-port',
    placeholder: 'port',
    variables: [],
    parse: PORT,
    default: '0',
    description: 'demo: port of the simulated endpoint; 0 selects a free port.',
    commands: ['demo'],
  },
} as const satisfies OptionTable;

/**
 * All options, with their parsers, defaults and texts. --help and docs/configuration.md are generated from this table.
 * Precedence: flag, variables in order, default. An empty variable counts as unset.
 */
export const OPTIONS = {
  ...ENDPOINT_OPTIONS,
  ...EXPORTER_OPTIONS,
  ...HTTP_OPTIONS,
  ...STATUS_PAGE_OPTIONS,
  ...PROMETHEUS_OPTIONS,
  ...OTLP_OPTIONS,
  ...OTLP_AUTH_OPTIONS,
  ...RESOURCE_OPTIONS,
  ...LOG_OPTIONS,
  ...STATSD_OPTIONS,
  ...COMMAND_OPTIONS,
};

/** The options under their headings, in the order of help and docs. */
export const OPTION_GROUPS: ReadonlyMap<string, readonly Option<unknown>[]> = new Map(
  Object.entries<OptionTable>({
    'Endpoint and sampling': ENDPOINT_OPTIONS,
    Exporters: EXPORTER_OPTIONS,
    'HTTP server': HTTP_OPTIONS,
    'Status page': STATUS_PAGE_OPTIONS,
    'Prometheus pages': PROMETHEUS_OPTIONS,
    'OTLP push': OTLP_OPTIONS,
    'OTLP to AWS': OTLP_AUTH_OPTIONS,
    Resource: RESOURCE_OPTIONS,
    Logging: LOG_OPTIONS,
    DogStatsD: STATSD_OPTIONS,
    'Command-specific options': COMMAND_OPTIONS,
  }).map(([heading, table]) => [heading, Object.values(table)]),
);

export const OPTION_LIST: readonly Option<unknown>[] = [...OPTION_GROUPS.values()].flat();
