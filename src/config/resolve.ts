import { type CommandLine, readCommandLine } from './command-line.ts';
import type { Config, ExporterName, VocabularyName } from './config.ts';
import type { FileText } from './files.ts';
import {
  createSettings,
  defaultOf,
  type Environment,
  type Given,
  type Problem,
  problem,
  type Settings,
  type WarningCode,
} from './option.ts';
import { OPTIONS } from './options.ts';
import { resolveOtlp, resolvePushTimes } from './otlp.ts';
import { resolveEndpoint, resolveIntervalMs } from './sampling-options.ts';
import { resolveStatsd } from './statsd.ts';
import { unknownVariables } from './unknown-variables.ts';
import type { WebConfig } from './web-config.ts';

export interface ResolveInput {
  /** The arguments after the program's name, command included. */
  readonly argv: readonly string[];
  readonly env: Environment;
  /** Whether logs go to a terminal. */
  readonly isTTY: boolean;
  readonly readFile: (path: string) => FileText;
  /** Replaces the configured endpoint, which is then not required. */
  readonly metadataUrl?: URL | undefined;
  /** The interval if none is set. */
  readonly defaultIntervalMs?: number | undefined;
}

/** Options that belong to one command. */
export interface CommandOptions {
  readonly isConfigPrinted: boolean;
  /** Undefined: a table on a terminal, otherwise prometheus. */
  readonly onceFormat: 'prometheus' | 'json' | 'table' | undefined;
  readonly isEndpointOnly: boolean;
  readonly demoPort: number;
}

export interface ResolvedConfig {
  readonly config: Config;
  readonly command: CommandOptions;
  readonly warnings: readonly Problem<WarningCode>[];
  /** Values of the options that were set, by flag or variable, with secrets hidden. */
  readonly given: ReadonlyMap<string, string>;
  /** The path of the web configuration file, see `withWebConfig`. */
  readonly webConfigFile?: Given<string> | undefined;
  readonly webConfig?: WebConfig | undefined;
}

export interface InvalidConfig {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem<WarningCode>[];
  readonly webConfigFile?: Given<string> | undefined;
}

export type Resolved = ResolvedConfig | InvalidConfig;

/** Parses the command line and the environment into a complete Config, or returns all errors at once. Never throws. */
export function resolveConfig(input: ResolveInput): Resolved {
  return resolveCommandLine(readCommandLine(input.argv), input);
}

export function resolveCommandLine(line: CommandLine, input: Omit<ResolveInput, 'argv'>): Resolved {
  const settings = createSettings(line.flags, input.env);
  const isDisabled = settings.value(OPTIONS.isSdkDisabled);
  const wanted = resolveExporters(settings);
  const statsd = resolveStatsd(settings, !isDisabled && wanted.includes('statsd'));
  const exporters = isDisabled ? [] : wanted.filter((name) => name !== 'statsd' || !statsd.isDisabled);
  const endpoint =
    input.metadataUrl === undefined
      ? resolveEndpoint(settings, line.command !== undefined)
      : { metadataUrl: input.metadataUrl };
  const { exportIntervalMs, exportTimeoutMs } = resolvePushTimes(settings, exporters);
  const format = settings.value(OPTIONS.logFormat);
  const webConfigFile = settings.given(OPTIONS.webConfigFile);
  const rest = {
    intervalMs: resolveIntervalMs(settings, exporters, exportIntervalMs, input.defaultIntervalMs),
    endpointTimeoutMs: settings.value(OPTIONS.endpointTimeoutMs),
    include: settings.value(OPTIONS.include),
    exclude: settings.value(OPTIONS.exclude),
    containerLabels: settings.value(OPTIONS.containerLabels),
    taskTags: settings.value(OPTIONS.taskTags),
    cgroupRoot: settings.given(OPTIONS.cgroupRoot)?.value,
    exporters,
    vocabularies: resolveVocabularies(settings),
    metrics: resolveMetrics(settings),
    http: {
      host: settings.value(OPTIONS.httpHost),
      port: settings.value(OPTIONS.httpPort),
      ...(webConfigFile && { webConfigFile: webConfigFile.value }),
    },
    statusPage: {
      isServed: settings.value(OPTIONS.hasStatusPage),
      hasHistory: settings.value(OPTIONS.hasStatusHistory),
    },
    prometheus: {
      resourceLabels: settings.value(OPTIONS.prometheusResourceLabels),
      hasStartTimes: settings.value(OPTIONS.prometheusStartTimes),
    },
    otlp: resolveOtlp(settings, exporters.includes('otlp'), input.readFile),
    statsd,
    exportIntervalMs,
    exportTimeoutMs,
    serviceName: settings.given(OPTIONS.serviceName)?.value,
    resourceAttributes: settings.value(OPTIONS.resourceAttributes),
    resourceAttributesInclude: settings.value(OPTIONS.resourceAttributesInclude),
    log: {
      level: settings.value(OPTIONS.logLevel),
      format: format === 'auto' ? (input.isTTY ? 'pretty' : 'json') : format,
    },
  } as const;
  const command = {
    isConfigPrinted: settings.value(OPTIONS.isConfigPrinted),
    onceFormat: settings.given(OPTIONS.onceFormat)?.value,
    isEndpointOnly: settings.value(OPTIONS.isEndpointOnly),
    demoPort: settings.value(OPTIONS.demoPort),
  };
  // Validated and ignored.
  for (const option of [OPTIONS.configFile, OPTIONS.otlpInsecure, OPTIONS.otlpHistogramAggregation]) {
    settings.given<unknown>(option);
  }
  if (!isDisabled && !wanted.includes('otlp')) reportUnusedFlags(settings, line);
  const problems = [...line.problems, ...settings.problems];
  const warnings = [...settings.warnings, ...unknownVariables(input.env)];
  if (endpoint === undefined || problems.length > 0) return { problems, warnings, webConfigFile };
  return { config: { ...endpoint, ...rest }, command, warnings, given: settings.redactedValues, webConfigFile };
}

/** The address for `healthcheck`, which ignores all other options. */
export function resolveHealthcheck(line: CommandLine, env: Environment): Config['http'] | InvalidConfig {
  const settings = createSettings(line.flags, env);
  const http = { host: settings.value(OPTIONS.httpHost), port: settings.value(OPTIONS.httpPort) };
  if (http.port === 0) {
    const message = 'healthcheck cannot use port 0; set --exporter-port to the port of the running exporter';
    settings.report(problem('conflict', '--exporter-port', message));
  }
  const problems = [...line.problems, ...settings.problems];
  return problems.length === 0 ? http : { problems, warnings: unknownVariables(env) };
}

/** Only flags are reported if unused: variables may be meant for other containers of the task. */
const OTLP_FLAGS = [
  OPTIONS.otlpUrl,
  OPTIONS.otlpProtocol,
  OPTIONS.otlpHeadersFile,
  OPTIONS.otlpMaxPoints,
  OPTIONS.otlpAuth,
  OPTIONS.otlpAuthRegion,
  OPTIONS.otlpAuthService,
].map(({ flag }) => flag);

function reportUnusedFlags(settings: Settings, { flags }: CommandLine): void {
  for (const flag of OTLP_FLAGS) {
    if (!flags.has(flag) || settings.problems.some(({ source }) => source === `--${flag}`)) continue;
    const message = `--${flag} has no effect without the otlp exporter; add otlp to --exporters`;
    settings.report(problem('conflict', `--${flag}`, message));
  }
}

function resolveMetrics(settings: Settings): Config['metrics'] {
  const given = settings.given(OPTIONS.metrics);
  if (given?.value.isEmpty === true) {
    const message = `${given.source.name} selects no metrics, so nothing is exported`;
    settings.warn(problem('no_metrics', given.source.name, message));
  }
  return given?.value ?? defaultOf(OPTIONS.metrics);
}

/** As in version 2, DogStatsD replaces Prometheus unless the exporters are set. */
function resolveExporters(settings: Settings): readonly ExporterName[] {
  const isStatsdWanted = settings.value(OPTIONS.isStatsdWanted);
  const given = settings.given(OPTIONS.exporters)?.value;
  if (!isStatsdWanted) return given ?? defaultOf(OPTIONS.exporters);
  return [...new Set([...(given ?? []), 'statsd' as const])];
}

/** The default is the vocabulary that users of each exporter expect. */
function resolveVocabularies(settings: Settings): Readonly<Record<ExporterName, readonly VocabularyName[]>> {
  const chosen = settings.given(OPTIONS.metricNames)?.value;
  return {
    prometheus: chosen ?? ['ecs'],
    statsd: chosen ?? ['ecs'],
    otlp: chosen ?? ['semconv'],
    console: chosen ?? ['semconv'],
  };
}
