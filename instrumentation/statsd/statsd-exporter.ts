import type { Attributes } from '@opentelemetry/api';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { ExportError } from '../export-error.ts';
import type { MetricExporter } from '../metric-exporter.ts';
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
  /** How long one export waits while the agent's queue is full. @default 1000 */
  readonly maxWaitMs?: number;
}

/** Sending takes a second at most, so only a name server that does not answer lasts until the deadline. */
const TIMED_OUT = 'not sent in time: check that DNS answers';

/**
 * Sends every value as a DogStatsD gauge, `name:value|g|#attribute:value`, counters too (with `_total` at the end of their
 * name): a StatsD counter would be a difference, and one lost datagram a wrong total.
 *
 * @throws an Error with the code `statsd_socket_unsupported` when there is no support for Unix datagrams on this platform.
 */
export async function createStatsdExporter(options: StatsdOptions): Promise<MetricExporter> {
  const { host, port, socketPath, constantTags = () => [], maxWaitMs = 1000 } = options;
  const target = socketPath === undefined ? udpTarget(host, port) : await unixTarget(socketPath, maxWaitMs);

  function linesOf({ resource, scopeMetrics }: ResourceMetrics): readonly string[] {
    const tags = constantTags(resource.attributes).map(constantTag);
    return scopeMetrics.flatMap(({ metrics }) => metrics.flatMap((metric) => gaugeLines(metric, tags)));
  }

  return {
    temporality: 'cumulative',
    async export(metrics, signal) {
      try {
        await target.send(joinLines(metrics.flatMap(linesOf), target.maxBytes), signal);
        return {};
      } catch (error) {
        if (signal.aborted) return { error: new ExportError('timeout', TIMED_OUT) };
        if (error instanceof ExportError) return { error };
        return { error: target.explain(error instanceof Error ? error : new Error(String(error))) };
      }
    },
    async close() {},
  };
}
