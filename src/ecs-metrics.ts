/** The types of the library. They need none of Node.js' own, and nothing but the API of OpenTelemetry. */
import type { MeterProvider } from '@opentelemetry/api';
import type { VocabularyName } from './metrics/vocabulary.ts';

export type { VocabularyName };

/** What `startEcsMetrics` takes. */
export interface EcsMetricsOptions {
  /**
   * The MeterProvider that gets the instruments, or a function that returns it. The function is called once, after the first
   * sample, with the resource attributes of the task. Instruments of a provider that is passed directly are registered at
   * once; until the first sample only the metrics of the exporter itself have values.
   */
  readonly meterProvider: MeterProvider | ((resource: Readonly<Record<string, string>>) => MeterProvider);
  /**
   * Base address of the task metadata endpoint, `http` or `https`; `/task` and `/task/stats` are appended.
   * @default the variable ECS_CONTAINER_METADATA_URI_V4, otherwise ECS_CONTAINER_METADATA_URI
   */
  readonly metadataUrl?: string | undefined;
  /** Milliseconds between two samples, 1000 to 3600000. @default 15000 */
  readonly intervalMs?: number | undefined;
  /** Containers to export: names or patterns with `*`, `?` and `[a-z]`. @default all */
  readonly include?: readonly string[] | undefined;
  /** Containers to leave out, likewise; takes precedence over `include`. @default none */
  readonly exclude?: readonly string[] | undefined;
  /** `semconv` for the names of OpenTelemetry, `ecs` for those of ecs-container-exporter 2.4.0, or a list. @default 'semconv' */
  readonly metricNames?: VocabularyName | readonly VocabularyName[] | undefined;
}

/** Polling that has started. */
export interface EcsMetrics {
  /**
   * Resolves once the first sample is there and the instruments are registered. Rejects if `stop` is called before, and with
   * the error of a `meterProvider` function that throws. While the endpoint fails it stays pending and polling goes on. It
   * can be ignored: it never becomes an unhandled rejection.
   */
  readonly ready: Promise<void>;
  /** Resource attributes that identify the task, for example `aws.ecs.task.arn`; empty until they are known. */
  resource(): Readonly<Record<string, string>>;
  /**
   * Stops polling, removes the callbacks of the instruments and closes the connections to the endpoint. Never rejects; a
   * second call returns the same promise.
   *
   * The MeterProvider is left as it is. Shut it down before, so that it exports the last sample: with cumulative
   * temporality, an SDK that goes on exports the last values again and again.
   */
  stop(): Promise<void>;
}
