/** A real Collector configured as a gateway: limited memory, batching, and compressed exports. */
import { type Collector, startCollector } from '../real/collector.ts';

/** The Collector's own counters of metric points, since its start. */
export interface GatewayCounts {
  readonly accepted: number;
  readonly refused: number;
  readonly failed: number;
  readonly sent: number;
  /** Not exported: rejected by the backend, or dropped because the queue was full. */
  readonly notSent: number;
}

export interface GatewayOptions {
  /** @default the port of `places` */
  readonly port?: number;
  /** Limit of memory_limiter, in MiB. */
  readonly limitMib?: number;
  readonly spikeMib?: number;
  /** Idle timeout of connections. @default none, as in the Collector */
  readonly idleTimeoutMs?: number | undefined;
  /** Also serves all metrics at `places.prometheusPort`. */
  readonly isScraped?: boolean;
  /** GOMEMLIMIT, for example `320MiB`. @default none */
  readonly goMemLimit?: string | undefined;
}

/** The limits suit a container of 512 MiB. */
export function startGateway(backendUrl: string, options: GatewayOptions = {}): Promise<Collector> {
  const { limitMib = 400, spikeMib = 100, idleTimeoutMs = 0, isScraped = false, goMemLimit } = options;
  return startCollector({
    env: goMemLimit === undefined ? {} : { GOMEMLIMIT: goMemLimit },
    config: ({ otlpPort, prometheusPort }) => ({
      receivers: {
        otlp: {
          protocols: {
            http: { endpoint: `127.0.0.1:${options.port ?? otlpPort}`, idle_timeout: `${idleTimeoutMs}ms` },
          },
        },
      },
      processors: {
        memory_limiter: { check_interval: '1s', limit_mib: limitMib, spike_limit_mib: spikeMib },
        batch: { timeout: '1s' },
      },
      exporters: {
        otlp_http: { metrics_endpoint: backendUrl },
        ...(isScraped && { prometheus: { endpoint: `127.0.0.1:${prometheusPort}`, without_scope_info: true } }),
      },
      service: {
        pipelines: {
          metrics: {
            receivers: ['otlp'],
            processors: ['memory_limiter', 'batch'],
            exporters: ['otlp_http', ...(isScraped ? ['prometheus'] : [])],
          },
        },
      },
    }),
  });
}

export async function gatewayCounts(gateway: Collector): Promise<GatewayCounts> {
  const own = await gateway.ownMetrics();
  // A counter is absent before its first increment. The prometheus exporter is excluded, because it would count points twice.
  const counted = own.series.filter(({ labels }) => labels.get('exporter') !== 'prometheus');
  const sum = (name: string): number =>
    counted.reduce((total, series) => (series.name === name ? total + series.value : total), 0);
  return {
    accepted: sum('otelcol_receiver_accepted_metric_points'),
    refused: sum('otelcol_receiver_refused_metric_points'),
    failed: sum('otelcol_receiver_failed_metric_points'),
    sent: sum('otelcol_exporter_sent_metric_points'),
    notSent: sum('otelcol_exporter_send_failed_metric_points') + sum('otelcol_exporter_enqueue_failed_metric_points'),
  };
}
