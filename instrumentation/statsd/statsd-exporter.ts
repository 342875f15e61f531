import type { Attributes } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { AggregationTemporality, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { ExportError } from '../export-error.ts';
import type { Sender } from '../readers/gated-exporter.ts';
import { udpTarget, unixTarget } from './datagram-targets.ts';
import { constantTag, gaugeLines, joinLines } from './dogstatsd-lines.ts';

export interface StatsdOptions {
  /** The agent's address, for UDP. */
  readonly host: string;
  readonly port: number;
  /** The agent's Unix datagram socket, instead of UDP. */
  readonly socketPath?: string | undefined;
  /** Tags of every line, `name:value`, by the attributes of the resource. @default none */
  readonly constantTags?: (resource: Attributes) => readonly string[];
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
 * @throws an Error with the code `statsd_socket_unsupported` when there is no support for Unix datagrams on this platform.
 */
export async function createStatsdExporter(options: StatsdOptions): Promise<Sender> {
  const { host, port, socketPath, constantTags = () => [], maxExportMs = 5000, maxWaitMs = 1000 } = options;
  const target = socketPath === undefined ? udpTarget(host, port) : await unixTarget(socketPath, maxWaitMs);
  const timedOut = `not sent after ${maxExportMs} ms: does this machine's DNS answer?`;
  const underWay = new Map<AbortController, Promise<void>>();
  let isShutDown = false;

  async function send({ resource, scopeMetrics }: ResourceMetrics, signal: AbortSignal): Promise<void> {
    const tags = constantTags(resource.attributes).map(constantTag);
    const lines = scopeMetrics.flatMap(({ metrics }) => metrics.flatMap((metric) => gaugeLines(metric, tags)));
    await target.send(joinLines(lines, target.maxBytes), signal);
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
