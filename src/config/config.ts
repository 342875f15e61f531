import type { LogLevel } from '../log/lines.ts';
import type { VocabularyName } from '../metrics/vocabulary.ts';
import type { Glob } from '../text/globs.ts';
import { shownAddress } from '../text/printable.ts';
import type { ExporterName } from './lists.ts';
import type { MetricSelection } from './metric-selection.ts';
import { HIDDEN } from './option.ts';
import type { OtlpConfig } from './otlp.ts';
import type { StatsdConfig } from './statsd.ts';

export type { ExporterName, LogLevel, OtlpConfig, StatsdConfig, VocabularyName };

export interface PrometheusConfig {
  /** Names of resource attributes that become labels of every series. */
  readonly resourceLabels: readonly Glob[];
  /** Serves OpenMetrics with start times to clients that accept it. */
  readonly hasStartTimes: boolean;
}

export interface StatusPageConfig {
  /** Whether `/` and `/api/status` exist. */
  readonly isServed: boolean;
  /** Whether the page has charts of the last 15 minutes. */
  readonly hasHistory: boolean;
}

/** The validated and complete configuration. No other module reads a flag or a variable. */
export interface Config {
  /** Base URL of the ECS task metadata endpoint; `/task` and `/task/stats` are appended. */
  readonly metadataUrl: URL;
  /** The flag or variable that set the URL; undefined if the caller passed it. */
  readonly metadataUrlSource?: string | undefined;
  /** Time between two polls of the endpoint. */
  readonly intervalMs: number;
  /** Timeout for one document of the endpoint; reduced to `intervalMs` if that is shorter. */
  readonly endpointTimeoutMs: number;
  /** Container names to export; empty for all. */
  readonly include: readonly Glob[];
  /** Container names to omit; takes precedence over `include`. */
  readonly exclude: readonly Glob[];
  /** Keys of Docker labels to export as attributes. */
  readonly containerLabels: readonly Glob[];
  /** Keys of task tags to export as resource attributes. If empty, no tags are requested. */
  readonly taskTags: readonly Glob[];
  /** The mounted `/sys/fs/cgroup` of the host. */
  readonly cgroupRoot?: string | undefined;
  readonly exporters: readonly ExporterName[];
  /** The vocabularies of each exporter. */
  readonly vocabularies: Readonly<Record<ExporterName, readonly VocabularyName[]>>;
  readonly metrics: MetricSelection;
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** The path of the web configuration file. */
    readonly webConfigFile?: string | undefined;
  };
  readonly statusPage: StatusPageConfig;
  readonly prometheus: PrometheusConfig;
  readonly otlp: OtlpConfig;
  readonly statsd: StatsdConfig;
  /** Time between two exports of otlp and console; statsd sends every sample. */
  readonly exportIntervalMs: number;
  readonly exportTimeoutMs: number;
  /** From OTEL_SERVICE_NAME. */
  readonly serviceName?: string | undefined;
  /** From OTEL_RESOURCE_ATTRIBUTES, decoded. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
  /** Names of resource attributes to export; empty for all. */
  readonly resourceAttributesInclude: readonly Glob[];
  readonly log: { readonly level: LogLevel; readonly format: 'json' | 'pretty' };
}

/** A configuration for JSON output, with secrets hidden. */
export function redactedConfig(config: Config): object {
  return {
    ...config,
    metadataUrl: config.metadataUrl.href,
    include: textsOf(config.include),
    exclude: textsOf(config.exclude),
    containerLabels: textsOf(config.containerLabels),
    taskTags: textsOf(config.taskTags),
    resourceAttributesInclude: textsOf(config.resourceAttributesInclude),
    metrics: config.metrics.items,
    prometheus: { ...config.prometheus, resourceLabels: textsOf(config.prometheus.resourceLabels) },
    otlp: redactedOtlp(config.otlp),
  };
}

function textsOf(globs: readonly Glob[]): readonly string[] {
  return globs.map(({ text }) => text);
}

function redactedOtlp(otlp: OtlpConfig): object {
  const { url, headers, clientKey, certificate, clientCertificate, proxy, sigv4 } = otlp;
  return {
    ...otlp,
    url: shownAddress(url),
    headers: Object.fromEntries(Object.keys(headers).map((name) => [name, HIDDEN])),
    sigv4: sigv4 && { ...sigv4, credentials: HIDDEN },
    // PEM texts.
    certificate: certificate && HIDDEN,
    clientCertificate: clientCertificate && HIDDEN,
    clientKey: clientKey && HIDDEN,
    proxy: proxy && { ...proxy, url: shownAddress(proxy.url) },
  };
}
