import type { Attributes } from '@opentelemetry/api';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { ExportError, type MetricExporter } from '../metric-exporter.ts';
import { udpTarget, unixTarget } from './datagram-targets.ts';
import { constantTag, gaugeLines, joinLines } from './dogstatsd-lines.ts';

export interface StatsdOptions {
  /** Host of the agent, for UDP. */
  readonly host: string;
  readonly port: number;
  /** Path of the agent's Unix datagram socket; replaces UDP. */
  readonly socketPath?: string | undefined;
  /** Returns the tags (`name:value`) of every line of a resource. @default none */
  readonly constantTags?: (resource: Attributes) => readonly string[];
  /** Limit for the time that one export waits because the agent's queue is full. @default 1000 */
  readonly maxWaitMs?: number;
}

/** Sending takes at most a second, so an export only times out if DNS does not respond. */
const TIMED_OUT = 'not sent in time: check DNS';

/**
 * Creates an exporter that sends every value as a DogStatsD gauge. Counters are gauges too: a StatsD counter is a delta, so a lost
 * datagram would make its total wrong.
 *
 * @param onSent called with the size of each datagram that was sent
 * @throws an Error with the code `statsd_socket_unsupported` if this platform does not support Unix datagram sockets
 */
export async function createStatsdExporter(
  options: StatsdOptions,
  onSent: (bytes: number) => void = () => {},
): Promise<MetricExporter> {
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
        await target.send(joinLines(metrics.flatMap(linesOf), target.maxBytes), signal, onSent);
        return {};
      } catch (error) {
        if (signal.aborted) return { error: new ExportError('timeout', TIMED_OUT) };
        if (error instanceof ExportError) return { error };
        return { error: target.toExportError(error instanceof Error ? error : new Error(String(error))) };
      }
    },
    async close() {},
  };
}
