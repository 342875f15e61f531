import { promisify } from 'node:util';
import type { ExportResult } from '@opentelemetry/core';
import { AggregationTemporalityPreference, OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http';
import {
  createOtlpNetworkExportDelegate,
  ExporterMetrics,
  getSharedConfigurationDefaults,
  type IExporterTransport,
} from '@opentelemetry/otlp-exporter-base';
import { MetricsExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import { ExportError, type MetricExporter, type Outcome } from '../metric-exporter.ts';
import { createRedactor } from '../redact.ts';
import { type AgentOptions, createHttpClient } from './agent.ts';
import { AuthorizationError, type Authorizer, postAuthorized } from './authorizer.ts';
import { errorOfResponse, exportErrorOf, isTooLargeResponse } from './export-failure.ts';
import { partialSuccess } from './partial-success.ts';
import { createPointLimit } from './point-limit.ts';
import { type Attempt, isRetryableError, isRetryableStatus, withRetries } from './retries.ts';
import { secretsOf } from './secrets.ts';
import { type Batch, batchOf, CONTENT_TYPES, SERIALIZERS } from './serialize.ts';
import { type HttpResponse, post } from './transport.ts';

export interface OtlpOptions extends AgentOptions {
  readonly protocol: 'http/protobuf' | 'http/json';
  /** The complete URL, including `/v1/metrics`. */
  readonly url: URL;
  /** Names in lower case. Values can be secrets and are never logged. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Deadline of one export, including retries. The caller's signal enforces it; the exporter only uses it to skip a retry that
   * would begin too late.
   */
  readonly timeoutMs: number;
  readonly compression: 'gzip' | 'none';
  readonly temporality: 'cumulative' | 'delta' | 'lowmemory';
  /** Maximum number of data points in one request. @default unlimited */
  readonly maxPoints?: number | undefined;
  /** Authorizes each request. @default none */
  readonly authorizer?: Authorizer | undefined;
}

/**
 * Creates an exporter that sends all resources of one call in one request.
 *
 * @param onSent called with the compressed size of each body sent, including retries
 */
export async function createOtlpExporter(
  options: OtlpOptions,
  userAgent: string,
  onSent: (bytes: number) => void = () => {},
): Promise<MetricExporter> {
  const { url, protocol, proxy, authorizer } = options;
  const client = await createHttpClient(url, options);
  const compress = options.compression === 'gzip' ? promisify((await import('node:zlib')).gzip) : undefined;
  const headers = {
    ...options.headers,
    'content-type': CONTENT_TYPES[protocol],
    'user-agent': userAgent,
    ...(compress !== undefined && { 'content-encoding': 'gzip' }),
  };
  const pointLimit = createPointLimit(options.maxPoints ?? Number.POSITIVE_INFINITY);
  const rejectionHint = authorizer?.rejectionHint;
  const secrets = secretsOf(options);
  const redact = createRedactor(secrets);
  const metrics = new ExporterMetrics<Batch>({
    componentType: 'otlp_http_metric_exporter',
    metricsHelper: MetricsExporterMetricsHelper,
    url: undefined,
    meterProvider: undefined,
    responseAttributesFromError: () => ({}),
  });

  function attemptOf(response: HttpResponse, points: number, redactResponse: (text: string) => string): Attempt {
    const { status, retryAfterMs, body } = response;
    if (status >= 300) {
      const isTooLarge = isTooLargeResponse(response);
      if (isTooLarge) pointLimit.reduce(points);
      const error = errorOfResponse(response, { isCompressed: compress !== undefined, rejectionHint });
      return { error, retryAfterMs, isTooLarge, isRetryable: isRetryableStatus(status) };
    }
    const partial = partialSuccess(body, protocol, redactResponse);
    const isEmpty = partial.rejectedPoints === 0 && partial.message === '';
    return { partial: isEmpty ? undefined : partial, isRetryable: false };
  }

  async function send(request: Uint8Array, points: number, signal: AbortSignal): Promise<Outcome> {
    const body = (await compress?.(request)) ?? request;
    const attempt = async (): Promise<Attempt | undefined> => {
      try {
        const request = { url, headers, body, onSent };
        if (authorizer === undefined) return attemptOf(await post(client, request, signal), points, redact);
        const authorized = await postAuthorized(client, authorizer, request, signal);
        return attemptOf(authorized.response, points, createRedactor([...secrets, ...authorized.secrets]));
      } catch (error) {
        if (signal.aborted && error === signal.reason) return undefined;
        const isRetryable = isRetryableError(error) || error instanceof AuthorizationError;
        return { error: exportErrorOf(error), isRetryable };
      }
    };
    return (await withRetries(attempt, signal, options.timeoutMs)) ?? { error: exportErrorOf(signal.reason) };
  }

  /** Creates a transport for each export, because the SDK's transport interface has no signal. */
  async function exportWithSdk(batch: Batch, signal: AbortSignal): Promise<Outcome> {
    let outcome: Outcome = {};
    const transport: IExporterTransport = {
      async send(request) {
        outcome = await send(request, countPoints(batch), signal);
        const { error } = outcome;
        // Without the response data: the caller logs a partial success, and the SDK would log it again.
        return error === undefined ? { status: 'success' } : { status: 'failure', error };
      },
      shutdown() {},
    };
    const shared = getSharedConfigurationDefaults();
    const delegate = createOtlpNetworkExportDelegate(shared, SERIALIZERS[protocol], metrics, transport);
    // Unused. If it is missing, the SDK reads it from the environment.
    const temporalityPreference = AggregationTemporalityPreference.CUMULATIVE;
    const exporter = new OTLPMetricExporterBase(delegate, { temporalityPreference });
    const { error } = await new Promise<ExportResult>((resolve) => exporter.export(batch, resolve));
    return error === undefined ? outcome : { ...outcome, error: exportErrorOf(error) };
  }

  const byProxy = proxy === undefined ? '' : ' (through the proxy of HTTPS_PROXY or HTTP_PROXY)';
  const redacted = (error: ExportError): ExportError =>
    new ExportError(error.reason, `${redact(error.message)}${error instanceof AuthorizationError ? '' : byProxy}`);

  return {
    // With LOWMEMORY, the SDK keeps observable counters cumulative, and all counters here are observable.
    temporality: options.temporality === 'delta' ? 'delta' : 'cumulative',
    maxPoints: () => pointLimit.current(),
    async export(all, signal) {
      try {
        const outcome = await exportWithSdk(batchOf(all), signal);
        return outcome.error === undefined ? outcome : { ...outcome, error: redacted(outcome.error) };
      } catch (error) {
        return { error: redacted(exportErrorOf(error)) };
      }
    },
    close: async () => client.agent.destroy(),
  };
}

function countPoints({ scopeMetrics }: Batch): number {
  return scopeMetrics.flatMap(({ metrics }) => metrics).reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
}
