import type { OtlpOptions } from '../../instrumentation/otlp/otlp-exporter.ts';
import type { StatsdOptions } from '../../instrumentation/statsd/statsd-exporter.ts';
import type { LogLevel } from '../log/lines.ts';
import type { VocabularyName } from '../metrics/vocabulary.ts';
import type { TaskTagName } from './statsd-tags.ts';

export type { VocabularyName };

export type ExporterName = 'prometheus' | 'otlp' | 'statsd' | 'console';

export type { LogLevel };

export type OtlpConfig = OtlpOptions;

export interface StatsdConfig extends Pick<StatsdOptions, 'host' | 'port' | 'socketPath'> {
  /** Tags of every line that STATSD_TAGS gives. */
  readonly tags: readonly string[];
  /** Tags of every line with the task's identity. */
  readonly taskTags: readonly TaskTagName[];
  /** Tags of every line that Datadog's variables give, in the order of version 2's client. */
  readonly clientTags: readonly string[];
  /** DD_DOGSTATSD_DISABLE has removed statsd from the exporters. */
  readonly isDisabled: boolean;
}

/** Everything that the program was told, checked and complete: no other module reads a flag or a variable. */
export interface Config {
  /** Base address of the ECS task metadata endpoint; `/task` and `/task/stats` are appended. */
  readonly metadataUrl: URL;
  /** The flag or variable that set the address; undefined if the caller passed the address. */
  readonly metadataUrlSource?: string | undefined;
  /** Between two polls of the endpoint. */
  readonly intervalMs: number;
  /** Timeout for one document of the endpoint; reduced to `intervalMs` if that is shorter. */
  readonly endpointTimeoutMs: number;
  /** Globs over container names; empty means every container. */
  readonly include: readonly string[];
  /** Globs over container names; wins over `include`. */
  readonly exclude: readonly string[];
  /** Globs over the keys of docker labels that become attributes. */
  readonly containerLabels: readonly string[];
  /** Globs over the keys of the task's tags that become attributes of the resource; where empty, nobody asks for tags. */
  readonly taskTags: readonly string[];
  /** The `/sys/fs/cgroup` of the host, when given. */
  readonly cgroupRoot?: string | undefined;
  readonly exporters: readonly ExporterName[];
  /** Which vocabularies each exporter speaks. */
  readonly vocabularies: Readonly<Record<ExporterName, readonly VocabularyName[]>>;
  /** Which metrics are wanted at all: patterns, see selectMetrics. */
  readonly metrics: readonly string[];
  readonly http: { readonly host: string; readonly port: number };
  readonly otlp: OtlpConfig;
  readonly statsd: StatsdConfig;
  /** Between two exports of otlp and console; statsd sends each sample. */
  readonly exportIntervalMs: number;
  readonly exportTimeoutMs: number;
  /** OTEL_SERVICE_NAME, when given. */
  readonly serviceName?: string | undefined;
  /** OTEL_RESOURCE_ATTRIBUTES, decoded. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly log: { readonly level: LogLevel; readonly format: 'json' | 'pretty' };
}
