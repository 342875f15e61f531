import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
  type PushMetricExporter,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { type ClientOptions, StatsD } from 'hot-shots';
import { openDatagramStream } from './datagram-stream.ts';

export interface StatsdOptions {
  /** The agent's address, for UDP. */
  readonly host: string;
  readonly port: number;
  /** The agent's Unix datagram socket, instead of UDP. */
  readonly socketPath?: string | undefined;
}

/** Below the 1,500 bytes of an Ethernet frame, less the headers of IPv6 and UDP. */
const MAX_UDP_BYTES = 1432;
/** What Datadog's agent reads from its socket at once. */
const MAX_SOCKET_BYTES = 8192;

/**
 * Sends every value as a DogStatsD gauge, `name:value|g|#attribute:value`, counters too (with `_total` at the end of their
 * name): a StatsD counter would be a difference, and one lost datagram a wrong total.
 *
 * A datagram that nobody receives is no error. What can be noticed (no such host, no such socket) fails the export.
 */
export async function createStatsdExporter({ host, port, socketPath }: StatsdOptions): Promise<PushMetricExporter> {
  let failure: Error | undefined;
  const errorHandler = (error: Error): void => {
    failure ??= error;
  };
  const transport: ClientOptions =
    socketPath === undefined
      ? { host, port, cacheDns: true, maxBufferSize: MAX_UDP_BYTES }
      : {
          protocol: 'stream',
          stream: await openDatagramStream(socketPath, errorHandler),
          maxBufferSize: MAX_SOCKET_BYTES,
        };
  const client = new StatsD({
    ...transport,
    errorHandler,
    // The names and tags are the metrics' own, whatever DD_* variables the task has.
    datadog: false,
    includeDataDogTags: false,
    includeDatadogTelemetry: false,
  });
  const flush = (): Promise<void> => {
    return new Promise((resolve) => {
      client.flush((error) => {
        if (error !== undefined && error !== null) errorHandler(error);
        resolve();
      });
    });
  };

  return {
    export(metrics: ResourceMetrics, done: (result: ExportResult) => void) {
      failure = undefined;
      for (const { metrics: ofScope } of metrics.scopeMetrics) for (const metric of ofScope) sendMetric(client, metric);
      void flush().then(() => {
        done(
          failure === undefined
            ? { code: ExportResultCode.SUCCESS }
            : { code: ExportResultCode.FAILED, error: failure },
        );
      });
    },
    forceFlush: flush,
    shutdown: () => new Promise((resolve) => client.close(() => resolve())),
    selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
  };
}

function sendMetric(client: StatsD, metric: MetricData): void {
  if (metric.dataPointType !== DataPointType.GAUGE && metric.dataPointType !== DataPointType.SUM) return;
  const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
  const name = isCounter ? `${metric.descriptor.name}_total` : metric.descriptor.name;
  for (const point of metric.dataPoints) client.gauge(name, point.value, tagsOf(point));
}

function tagsOf({ attributes }: DataPoint<number>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
}
