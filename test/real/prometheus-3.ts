import { lastingPort } from './lasting-port.ts';
import { launchPrometheus, type PrometheusServer, scraping } from './prometheus-server.ts';
import { pushPart } from './push-parts.ts';

export interface Prometheus3 extends PrometheusServer {
  /** URL of its OTLP/HTTP receiver. */
  readonly otlpUrl: string;
}

/**
 * Starts Prometheus 3 with its OTLP receiver, and with default settings unless a configuration is passed.
 * @throws if it is not built, with the script that builds it.
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
