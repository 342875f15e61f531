import { catalogueRows } from '../metrics/catalogue.ts';
import { VOCABULARIES } from '../metrics/vocabulary.ts';
import { type CommandLine, readCommandLine } from './command-line.ts';
import type { Config, ExporterName, VocabularyName } from './config.ts';
import { DEFAULT_METRICS, selectionOf } from './metric-selection.ts';
import type { Option } from './option.ts';
import { OPTIONS } from './options.ts';
import { hasOwnInterval, resolveOtlp, resolvePushTimes } from './otlp.ts';
import { type Problem, problem, type WarningCode } from './problem.ts';
import { DEFAULT_INTERVAL_MS, INTERVAL_LIMITS_MS } from './schemas/numbers.ts';
import { createSettings, type Environment, type Settings } from './settings.ts';
import { resolveStatsd } from './statsd.ts';
import type { FileText } from './text-files.ts';
import { unknownVariables } from './unknown-variables.ts';

export interface ResolveInput {
  /** The arguments after the program's name, command included. */
  readonly argv: readonly string[];
  readonly env: Environment;
  /** Whether logs go to a terminal. */
  readonly isTTY: boolean;
  /** The only way out of this pure code. */
  readonly readFile: (path: string) => FileText;
  /** An endpoint that the caller brings along; then none needs to be configured. */
  readonly metadataUrl?: URL | undefined;
}

export interface ResolvedConfig {
  readonly config: Config;
  /** Logged at the start; none of them prevents it. */
  readonly warnings: readonly Problem<WarningCode>[];
  /** Values given, by flag or variable, with secrets hidden. */
  readonly given: ReadonlyMap<string, string>;
}

export type Resolved = ResolvedConfig | { readonly problems: readonly Problem[] };

/** Nothing of these reaches the Config: they are read for their mistakes, and again by the command that they belong to. */
const CHECKED_ONLY: readonly Option<unknown>[] = [
  OPTIONS.configFile,
  OPTIONS.otlpInsecure,
  OPTIONS.otlpHistogramAggregation,
  OPTIONS.isConfigPrinted,
  OPTIONS.onceFormat,
  OPTIONS.isEndpointOnly,
  OPTIONS.demoPort,
];

/** Checks everything that the program was told: a complete Config, or every mistake at once. Never throws. */
export function resolveConfig(input: ResolveInput): Resolved {
  return resolveCommandLine(readCommandLine(input.argv), input);
}

/** The same for arguments that have been read already. */
export function resolveCommandLine(line: CommandLine, input: Omit<ResolveInput, 'argv'>): Resolved {
  const settings = createSettings(line.flags, input.env);
  const isDisabled = settings.value(OPTIONS.isSdkDisabled);
  const asked = resolveExporters(settings);
  const statsd = resolveStatsd(settings, !isDisabled && asked.includes('statsd'));
  const exporters = isDisabled ? [] : asked.filter((name) => name !== 'statsd' || !statsd.isDisabled);
  const endpoint =
    input.metadataUrl === undefined
      ? resolveEndpoint(settings, line.command !== undefined)
      : { metadataUrl: input.metadataUrl };
  const { exportIntervalMs, exportTimeoutMs } = resolvePushTimes(settings, exporters);
  const format = settings.value(OPTIONS.logFormat);
  const rest = {
    intervalMs: resolveIntervalMs(settings, exporters, exportIntervalMs),
    endpointTimeoutMs: settings.value(OPTIONS.endpointTimeoutMs),
    include: settings.value(OPTIONS.include),
    exclude: settings.value(OPTIONS.exclude),
    containerLabels: settings.value(OPTIONS.containerLabels),
    taskTags: settings.value(OPTIONS.taskTags),
    cgroupRoot: settings.given(OPTIONS.cgroupRoot)?.value,
    exporters,
    vocabularies: resolveVocabularies(settings),
    metrics: resolveMetrics(settings),
    http: { host: settings.value(OPTIONS.httpHost), port: settings.value(OPTIONS.httpPort) },
    otlp: resolveOtlp(settings, exporters.includes('otlp'), input.readFile),
    statsd,
    exportIntervalMs,
    exportTimeoutMs,
    serviceName: settings.given(OPTIONS.serviceName)?.value,
    resourceAttributes: settings.value(OPTIONS.resourceAttributes),
    log: {
      level: settings.value(OPTIONS.logLevel),
      format: format === 'auto' ? (input.isTTY ? 'pretty' : 'json') : format,
    },
  } as const;
  for (const option of CHECKED_ONLY) settings.given(option);
  if (!isDisabled && !asked.includes('otlp')) reportIdleFlags(settings, line);
  const problems = [...line.problems, ...settings.problems];
  if (endpoint === undefined || problems.length > 0) return { problems };
  const warnings = [...settings.warnings, ...unknownVariables(input.env)];
  return { config: { ...endpoint, ...rest }, warnings, given: settings.shownSources };
}

/** A variable may be meant for the task's other containers; a flag is meant for this program. */
const OTLP_FLAGS = [OPTIONS.otlpUrl, OPTIONS.otlpProtocol, OPTIONS.otlpHeadersFile].map(({ flag }) => flag);

function reportIdleFlags(settings: Settings, { flags }: CommandLine): void {
  for (const flag of OTLP_FLAGS) {
    if (!flags.has(flag) || settings.problems.some(({ source }) => source === `--${flag}`)) continue;
    const message = `--${flag} has no effect, since otlp is not among the exporters: add it to --exporters`;
    settings.report(problem('conflict', `--${flag}`, message));
  }
}

function resolveMetrics(settings: Settings): readonly string[] {
  const given = settings.given(OPTIONS.metrics);
  if (given === undefined) return DEFAULT_METRICS;
  const selection = selectionOf(given.value);
  if (catalogueRows().every(([id]) => VOCABULARIES.every((vocabulary) => !selection.has(id, vocabulary)))) {
    const message = `nothing is exported: ${given.source.name} leaves no metric`;
    settings.warn(problem('no_metrics', given.source.name, message));
  }
  return given.value;
}

function resolveEndpoint(
  settings: Settings,
  isRequired: boolean,
): Pick<Config, 'metadataUrl' | 'metadataUrlSource'> | undefined {
  const problemsBefore = settings.problems.length;
  const given = settings.given(OPTIONS.metadataUrl);
  if (given === undefined && isRequired && settings.problems.length === problemsBefore) {
    const [v4, v3] = OPTIONS.metadataUrl.own;
    const message =
      `neither ${v4} nor ${v3} is set: is this running on ECS? ` +
      'Elsewhere give --metadata-url, or see made-up data with the command demo';
    settings.report(problem('missing_option', '--metadata-url', message));
  }
  return given && { metadataUrl: given.value, metadataUrlSource: given.source.name };
}

function resolveIntervalMs(settings: Settings, exporters: readonly ExporterName[], exportIntervalMs: number): number {
  const isPushOnly = exporters.length > 0 && exporters.every(hasOwnInterval);
  // Not the export interval itself: the two timers would run side by side, and each export send a sample that is as old.
  const fallback = isPushOnly ? Math.min(exportIntervalMs, DEFAULT_INTERVAL_MS) : DEFAULT_INTERVAL_MS;
  const given = settings.given(OPTIONS.intervalMs);
  if (given?.value === 0) {
    const message = `${given.source.name}=0 is too short: the interval is ${INTERVAL_LIMITS_MS.min / 1_000} s`;
    settings.warn(problem('interval_raised', given.source.name, message));
  }
  return Math.min(Math.max(given?.value ?? fallback, INTERVAL_LIMITS_MS.min), INTERVAL_LIMITS_MS.max);
}

/** In version 2, DogStatsD took the place of Prometheus: it still does where nobody names the exporters. */
function resolveExporters(settings: Settings): readonly ExporterName[] {
  const isStatsdWanted = settings.value(OPTIONS.isStatsdWanted);
  const given = settings.given(OPTIONS.exporters)?.value;
  if (!isStatsdWanted) return given ?? ['prometheus'];
  return [...new Set([...(given ?? []), 'statsd' as const])];
}

/** Each exporter speaks the language of its users, unless one choice was made for all. */
function resolveVocabularies(settings: Settings): Readonly<Record<ExporterName, readonly VocabularyName[]>> {
  const chosen = settings.given(OPTIONS.metricNames)?.value;
  return {
    prometheus: chosen ?? ['ecs'],
    statsd: chosen ?? ['ecs'],
    otlp: chosen ?? ['semconv'],
    console: chosen ?? ['semconv'],
  };
}
