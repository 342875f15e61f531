import { finished } from 'node:stream/promises';
import type { Attributes } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { StatsD } from 'hot-shots';
import { udpTarget, unixTarget } from './datagram-stream.ts';
import { ExportError } from './export-failure.ts';
import type { Sender } from './gated-exporter.ts';

export interface StatsdOptions {
  /** The agent's address, for UDP. */
  readonly host: string;
  readonly port: number;
  /** The agent's Unix datagram socket, instead of UDP. */
  readonly socketPath?: string | undefined;
  /**
   * Deadline of one export. Sending takes a second at most, so only a name server that does not answer exceeds it.
   * @default 5000
   */
  readonly maxExportMs?: number;
  /** How long one export waits while the agent's queue is full. @default 1000 */
  readonly maxWaitMs?: number;
}

/**
 * Sends every value as a DogStatsD gauge, `name:value|g|#attribute:value`, counters too (with `_total` at the end of their
 * name): a StatsD counter would be a difference, and one lost datagram a wrong total.
 *
 * hot-shots writes the lines and joins them to datagrams; its own ways to send are not used. The one for UDP looks the
 * host up for every datagram, takes IPv6 addresses for IPv4 ones, and does not end where a socket cannot be had; the one for
 * Unix sockets needs a package that compiles when it is installed.
 *
 * @throws an Error with the code `statsd_socket_unsupported` when there is no support for Unix datagrams on this platform.
 */
export async function createStatsdExporter(options: StatsdOptions): Promise<Sender> {
  const { host, port, socketPath, maxExportMs = 5000, maxWaitMs = 1000 } = options;
  const target = socketPath === undefined ? udpTarget(host, port) : await unixTarget(socketPath, maxWaitMs);
  const timedOut = `not sent after ${maxExportMs} ms: does this machine's DNS answer?`;
  const { StatsD } = await import('hot-shots');
  const underWay = new Map<AbortController, Promise<void>>();
  let isShutDown = false;

  async function send(metrics: ResourceMetrics, signal: AbortSignal): Promise<void> {
    const stream = await target.open(signal);
    const client = new StatsD({
      protocol: 'stream',
      stream,
      maxBufferSize: target.maxBytes,
      // What fails, fails the stream.
      errorHandler: () => {},
      // Names and tags are the metrics' own, whatever DD_* variables the task has.
      datadog: false,
      includeDataDogTags: false,
      includeDatadogTelemetry: false,
      closingFlushInterval: 1,
    });
    try {
      for (const { metrics: ofScope } of metrics.scopeMetrics) for (const metric of ofScope) sendMetric(client, metric);
      client.flush();
      stream.end();
      await finished(stream);
    } finally {
      // The timer of its buffer would go on.
      client.close();
      stream.destroy();
    }
  }

  async function resultOf(sending: Promise<void>, signal: AbortSignal): Promise<ExportResult> {
    try {
      await sending;
      return { code: ExportResultCode.SUCCESS };
    } catch (cause) {
      const error = signal.aborted ? signal.reason : cause;
      const isKnown = error instanceof ExportError;
      return { code: ExportResultCode.FAILED, error: isKnown ? error : target.explain(asError(error)) };
    }
  }

  return {
    export(metrics, done) {
      if (isShutDown) {
        done({ code: ExportResultCode.FAILED, error: new ExportError('other', 'the exporter is shut down') });
        return;
      }
      const abortion = new AbortController();
      const deadline = setTimeout(() => abortion.abort(new ExportError('timeout', timedOut)), maxExportMs);
      const ended = resultOf(send(metrics, abortion.signal), abortion.signal).then((result) => {
        clearTimeout(deadline);
        underWay.delete(abortion);
        done(result);
      });
      underWay.set(abortion, ended);
    },
    abort() {
      for (const abortion of underWay.keys()) abortion.abort(new ExportError('other', 'cut off'));
      return undefined;
    },
    async forceFlush() {
      await Promise.allSettled(underWay.values());
    },
    async shutdown() {
      isShutDown = true;
      await Promise.allSettled(underWay.values());
    },
    selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function sendMetric(client: StatsD, metric: MetricData): void {
  if (metric.dataPointType !== DataPointType.GAUGE && metric.dataPointType !== DataPointType.SUM) return;
  const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
  const name = isCounter ? `${metric.descriptor.name}_total` : metric.descriptor.name;
  for (const { attributes, value } of metric.dataPoints) {
    if (!Number.isFinite(value)) continue;
    const tags = tagsOf(attributes);
    // StatsD reads a gauge with a sign as a change of the one before, unless that is 0 (Datadog's agent does not):
    // https://github.com/statsd/statsd/blob/master/docs/metric_types.md#gauges
    if (value < 0) client.gauge(name, 0, 1, tags);
    // With the rate of 1, or the tags may be taken for options.
    client.gauge(name, value, 1, tags);
  }
}

/** In bytes that is at most three times as much: a whole datagram holds a line of many such tags. */
const MAX_TAG_LENGTH = 1000;

/**
 * hot-shots replaces what ends a tag or a line (`|`, `,`, `#`, `@`, CR, LF, and `:` in names) by `_`. Added to that is all
 * else that some receiver may take for the end of a line. A tag without a value would be malformed: it is left out, which
 * means the same.
 */
function tagsOf(attributes: Attributes): Record<string, string> {
  const tags = Object.entries(attributes).map(([name, value = '']) => [
    name,
    String(value)
      .slice(0, MAX_TAG_LENGTH)
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '_'),
  ]);
  return Object.fromEntries(tags.filter(([, value]) => value !== ''));
}
