import { readFileSync } from 'node:fs';
import { AggregationTemporalityPreference } from '@opentelemetry/exporter-metrics-otlp-http';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';

export interface OtlpOptions {
  readonly protocol: 'http/protobuf' | 'http/json';
  /** Used as it is: `/v1/metrics` included. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For one export with all its retries. */
  readonly timeoutMs: number;
  readonly compression: 'gzip' | 'none';
  readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
  /** PEM files, read once. */
  readonly certificateFile?: string | undefined;
  readonly clientCertificateFile?: string | undefined;
  readonly clientKeyFile?: string | undefined;
}

const TEMPORALITY = {
  cumulative: AggregationTemporalityPreference.CUMULATIVE,
  delta: AggregationTemporalityPreference.DELTA,
  lowmemory: AggregationTemporalityPreference.LOWMEMORY,
} as const satisfies Record<OtlpOptions['temporality'], AggregationTemporalityPreference>;

/**
 * The SDK's OTLP/HTTP exporter: it retries what can be retried within the timeout, honours Retry-After, follows no
 * redirect, and drops what could not be sent (with cumulative values nothing is lost by that).
 *
 * @throws an Error of `node:fs` for a PEM file that cannot be read.
 */
export async function createOtlpExporter(options: OtlpOptions): Promise<PushMetricExporter> {
  const config = {
    url: options.url,
    headers: { ...options.headers },
    timeoutMillis: options.timeoutMs,
    compression: options.compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
    temporalityPreference: TEMPORALITY[options.temporality],
    httpAgentOptions: { keepAlive: true, ...tlsOptions(options) },
  };
  if (options.protocol === 'http/json') {
    const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-http');
    return new OTLPMetricExporter(config);
  }
  const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-proto');
  return new OTLPMetricExporter(config);
}

function tlsOptions({ certificateFile, clientCertificateFile, clientKeyFile }: OtlpOptions): {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
} {
  return {
    ...(certificateFile !== undefined && { ca: readFileSync(certificateFile) }),
    ...(clientCertificateFile !== undefined && { cert: readFileSync(clientCertificateFile) }),
    ...(clientKeyFile !== undefined && { key: readFileSync(clientKeyFile) }),
  };
}
