/** The types of the library. They depend only on the OpenTelemetry API, not on the types of Node.js. */
import type { MeterProvider } from '@opentelemetry/api';
import type { VocabularyName } from './metrics/vocabulary.ts';

export type { VocabularyName };

/** Options of `startEcsMetrics`. */
export interface EcsMetricsOptions {
  /**
   * The MeterProvider in which instruments are registered, or a function that returns it. The function is called once, after
   * the first sample, with the resource attributes of the task. On a provider, instruments are registered immediately; until
   * the first sample, only the metrics of the exporter itself have values.
   */
  readonly meterProvider: MeterProvider | ((resource: Readonly<Record<string, string>>) => MeterProvider);
  /**
   * Base URL of the task metadata endpoint, `http` or `https`; `/task` and `/task/stats` are appended.
   * @default the variable ECS_CONTAINER_METADATA_URI_V4, otherwise ECS_CONTAINER_METADATA_URI
   */
  readonly metadataUrl?: string | undefined;
  /** Milliseconds between two samples, 1000 to 3600000. @default 15000 */
  readonly intervalMs?: number | undefined;
  /** Containers to export: names or patterns with `*`, `?` and `[a-z]`. @default all */
  readonly include?: readonly string[] | undefined;
  /** Containers to omit, in the same syntax; takes precedence over `include`. @default none */
  readonly exclude?: readonly string[] | undefined;
  /** `semconv` (OpenTelemetry's names), `ecs` (names of ecs-container-exporter 2.4.0), or a list. @default 'semconv' */
  readonly metricNames?: VocabularyName | readonly VocabularyName[] | undefined;
}

/** The handle returned by `startEcsMetrics`. */
export interface EcsMetrics {
  /**
   * Resolves after the first sample, when the instruments are registered. Rejects if `stop` is called earlier, or with the
   * error of a `meterProvider` function that throws. Stays pending, with polling, while the endpoint fails. Can be ignored: it
   * never becomes an unhandled rejection.
   */
  readonly ready: Promise<void>;
  /** Resource attributes that identify the task, for example `aws.ecs.task.arn`; empty until they are known. */
  resource(): Readonly<Record<string, string>>;
  /**
   * Stops polling, removes the callbacks of the instruments and closes the connections to the endpoint. Never rejects; a
   * second call returns the same promise.
   *
   * Shut down the MeterProvider first, so that it exports the last sample. A provider that keeps running with cumulative
   * temporality exports the last values repeatedly.
   */
  stop(): Promise<void>;
}
