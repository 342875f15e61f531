import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { AggregationTemporalityPreference, OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import {
  type IExportMetricsServiceResponse,
  type ISerializer,
  JsonMetricsSerializer,
  MetricsExporterMetricsHelper,
  ProtobufMetricsSerializer,
} from '@opentelemetry/otlp-transformer';
import { AggregationTemporality, type PushMetricExporter, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { ExportError } from '../export-error.ts';
import type { PartialSuccess } from '../metric-exporter.ts';
import type { Sender } from '../readers/gated-exporter.ts';
import { type AgentOptions, agentFactory } from './agent.ts';
import { type Connection, createHold, openConnection } from './connection.ts';
import { exportErrorOf } from './export-failure.ts';
import { partialSuccess } from './partial-success.ts';
import { createRedactor } from './redact.ts';

export interface OtlpOptions extends AgentOptions {
  readonly protocol: 'http/protobuf' | 'http/json';
  /** Used as it is: `/v1/metrics` included. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** For one export with all its retries. */
  readonly timeoutMs: number;
  readonly compression: 'gzip' | 'none';
  readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
}

const FORMATS = {
  'http/protobuf': { serializer: ProtobufMetricsSerializer, contentType: 'application/x-protobuf' },
  'http/json': { serializer: JsonMetricsSerializer, contentType: 'application/json' },
} as const;

const COMPONENT = 'otlp_http_metric_exporter';

const TEMPORALITY = {
  cumulative: AggregationTemporalityPreference.CUMULATIVE,
  delta: AggregationTemporalityPreference.DELTA,
  lowmemory: AggregationTemporalityPreference.LOWMEMORY,
} as const satisfies Record<OtlpOptions['temporality'], AggregationTemporalityPreference>;

/**
 * The SDK's OTLP/HTTP exporter: it retries what can be retried within the timeout, follows no redirect, and drops what
 * could not be sent (cumulative values lose nothing by that, and deltas are made from what was acknowledged).
 *
 * Exports that fail do so with an `ExportError`. As long as a receiver asks to be left alone (Retry-After), they fail
 * without a request.
 *
 * @param onAccepted told of each export that the receiver took, with what it left out.
 */
export async function createOtlpExporter(
  options: OtlpOptions,
  userAgent: string,
  onAccepted: (partial: PartialSuccess) => void,
): Promise<Sender> {
  const { serializer, contentType } = FORMATS[options.protocol];
  const createAgent = await agentFactory(options.url, options);
  const { search, searchParams } = new URL(options.url);
  const proxies = Object.values(options.proxyEnv ?? {}).flatMap(credentialsOf);
  const redact = createRedactor([
    ...Object.values(options.headers),
    search.slice(1),
    ...searchParams.values(),
    ...proxies,
  ]);
  const onResponse = (data: Uint8Array): void => onAccepted(partialSuccess(data, options.protocol, redact));
  const byProxy = options.proxyEnv === undefined ? '' : ' (through the proxy of HTTPS_PROXY or HTTP_PROXY)';
  const told = ({ reason, message }: ExportError): ExportError =>
    new ExportError(reason, `${redact(message)}${byProxy}`);
  const hold = createHold();
  let line = open();
  let isShutDown = false;

  /** The SDK cannot be told to give up an export: one that is given up keeps its line, and the next one gets another. */
  function open(): { readonly connection: Connection; readonly exporter: PushMetricExporter } {
    const connection = openConnection(createAgent(), { ...options.headers, 'content-type': contentType }, hold);
    const http = {
      url: options.url,
      headers: connection.headers,
      timeoutMillis: options.timeoutMs,
      compression: options.compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
      concurrencyLimit: 1,
      agentFactory: () => connection.agent,
      userAgent,
    };
    const serialize = withResponses(serializer, onResponse);
    const delegate = createOtlpHttpExportDelegate(http, serialize, COMPONENT, MetricsExporterMetricsHelper, undefined);
    const temporalityPreference = TEMPORALITY[options.temporality];
    return { connection, exporter: new OTLPMetricExporterBase(delegate, { temporalityPreference }) };
  }

  return {
    export(metrics: ResourceMetrics, done: (result: ExportResult) => void) {
      const { connection, exporter } = line;
      const holdMs = hold.leftMs();
      if (holdMs > 0) {
        const text = `the receiver asked for no requests for another ${Math.ceil(holdMs / 1000)} s (Retry-After)`;
        done({ code: ExportResultCode.FAILED, error: new ExportError('throttled', text) });
        return;
      }
      connection.begin();
      exporter.export(metrics, ({ code, error }) => {
        if (code === ExportResultCode.SUCCESS) done({ code });
        else {
          const failure = exportErrorOf(error, connection.lastAnswer(), options.compression === 'gzip');
          done({ code, error: told(failure) });
        }
      });
    },
    forceFlush: () => line.exporter.forceFlush(),
    shutdown: async () => {
      isShutDown = true;
      await line.exporter.shutdown();
      line.connection.close();
    },
    selectAggregationTemporality: (type) =>
      line.exporter.selectAggregationTemporality?.(type) ?? AggregationTemporality.CUMULATIVE,
    hurry: () => hold.forget(),
    abort() {
      const failure = line.connection.lastFailure();
      line.connection.close();
      // Nobody would close another one.
      if (!isShutDown) line = open();
      return failure && told(failure);
    },
  };
}

/** User and password of a proxy's address, as they are there and decoded. */
function credentialsOf(address: string | undefined): readonly string[] {
  if (address === undefined || !URL.canParse(address)) return [];
  const { username, password } = new URL(address);
  return [username, password].flatMap((secret) => [secret, decodeURIComponent(secret)]);
}

/** A serializer that hands on the receiver's responses; the SDK would only log them. */
function withResponses<Request>(
  serializer: ISerializer<Request, IExportMetricsServiceResponse>,
  onResponse: (data: Uint8Array) => void,
): ISerializer<Request, IExportMetricsServiceResponse> {
  return {
    serializeRequest: serializer.serializeRequest,
    deserializeResponse(data) {
      onResponse(data);
      return {};
    },
  };
}
