import { Stack } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';

/** Where the metrics go. */
export type Destination =
  /** Prometheus scrapes port 9545. */
  | { readonly type: 'prometheus' }
  /** CloudWatch's OTLP endpoint in the region of the stack. */
  | { readonly type: 'cloudwatch' }
  | {
      /** Datadog's OTLP intake. */
      readonly type: 'datadog';
      /** The header with the API key: `dd-api-key=...`, as plain text. */
      readonly headers: ecs.Secret;
      /** @default datadoghq.com */
      readonly site?: string;
    };

/** The part of a container definition that depends on the destination. */
export interface DestinationSettings {
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, ecs.Secret>>;
}

export function settingsOf(scope: Construct, destination: Destination): DestinationSettings {
  switch (destination.type) {
    case 'prometheus':
      return { environment: {}, secrets: {} };
    case 'cloudwatch':
      return {
        environment: {
          OTEL_METRICS_EXPORTER: 'otlp',
          EXPORTER_HOST: 'localhost',
          OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `https://monitoring.${Stack.of(scope).region}.amazonaws.com/v1/metrics`,
          OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
          RESOURCE_ATTRIBUTES_INCLUDE: 'aws.ecs.service.name,aws.ecs.task.family',
        },
        secrets: {},
      };
    case 'datadog':
      return {
        environment: {
          OTEL_METRICS_EXPORTER: 'otlp',
          EXPORTER_HOST: 'localhost',
          OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `https://otlp.${destination.site ?? 'datadoghq.com'}/v1/metrics`,
          OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
        },
        secrets: { OTEL_EXPORTER_OTLP_METRICS_HEADERS: destination.headers },
      };
  }
}
