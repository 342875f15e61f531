import { lastingPort } from './lasting-port.ts';
import { launchPrometheus, type PrometheusServer, scraping } from './prometheus-server.ts';
import { pushPart } from './push-parts.ts';

export interface Prometheus3 extends PrometheusServer {
  /** Where it takes metrics over OTLP/HTTP. */
  readonly otlpUrl: string;
}

/**
 * Starts Prometheus 3 with its OTLP receiver; without a configuration of its own (YAML) as it is without any settings.
 * @throws when it is not there, naming what puts it there.
 */
export async function startPrometheus3(configuration: unknown = scraping(new Map())): Promise<Prometheus3> {
  const port = await lastingPort();
  const server = await launchPrometheus({
    program: pushPart('prometheus'),
    configuration,
    flags: ['--web.enable-otlp-receiver'],
    port,
  });
  return { ...server, otlpUrl: `http://127.0.0.1:${port}/api/v1/otlp/v1/metrics` };
}
