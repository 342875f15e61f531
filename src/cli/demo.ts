import { displayOrigin } from '../config/addresses.ts';
import type { Config } from '../config/config.ts';
import { withWebConfig } from '../config/with-web-config.ts';
import { messageOf } from '../text/printable.ts';
import { type CommandContext, EXIT, print, reportFailure, reportInvalid } from './context.ts';
import { loggerFor, logStart, recentEventsFor, redactorOf, resolveForCommand, schemeOf } from './run.ts';
import { listenForStop, runExporter } from './run-exporter.ts';

/** Replaced once the simulated endpoint listens: the configuration is validated before anything starts. */
const PLACEHOLDER_URL = new URL('http://localhost');

/** The simulated endpoint has a new sample every second. */
const INTERVAL_MS = 1000;

/** `demo`: a simulated endpoint, and the exporter on it. */
export async function demo(context: CommandContext): Promise<number> {
  const defaults = { metadataUrl: PLACEHOLDER_URL, defaultIntervalMs: INTERVAL_MS };
  const resolved = await withWebConfig(resolveForCommand(context, defaults));
  if ('problems' in resolved) return reportInvalid(context.stderr, resolved);
  const { webConfig } = resolved;
  const { isEndpointOnly, demoPort: port } = resolved.command;
  const recentEvents = recentEventsFor(resolved.config);
  const logger = loggerFor(context, resolved.config, recentEvents);
  logStart(logger, resolved);
  const redact = redactorOf(resolved.config);
  const { startDemoEndpoint } = await import('../demo/demo-endpoint.ts');
  const endpoint = await startDemoEndpoint(port).catch(messageOf);
  if (typeof endpoint === 'string') return reportFailure(context.stderr, endpoint);

  try {
    if (isEndpointOnly) {
      await print(context.stdout, endpointText(endpoint.url));
      const stop = listenForStop(context.host, logger, { signals: context.signals, redact });
      await stop.requested;
      stop.release();
      return stop.hasCrashed() ? EXIT.runtime : EXIT.ok;
    }
    const config = { ...resolved.config, metadataUrl: new URL(endpoint.url) };
    return await runExporter({
      start: async () => (await import('../exporter.ts')).startExporter(config, logger, { recentEvents, webConfig }),
      host: context.host,
      signals: context.signals,
      logger,
      redact,
      onStarted: ({ address }) => {
        const origin = address && displayOrigin(address.host, address.port, schemeOf(webConfig));
        void print(context.stdout, runningText(endpoint.url, origin, config));
      },
    });
  } finally {
    await endpoint.close();
  }
}

function endpointText(url: string): string {
  return `Serving the task metadata endpoint of a recorded task. In another terminal:

  export ECS_CONTAINER_METADATA_URI_V4=${url}

Stop with Ctrl-C.
`;
}

function runningText(url: string, origin: string | undefined, { exporters, statusPage }: Config): string {
  const metrics = exporters.includes('prometheus') ? `  Metrics   ${origin}/metrics\n` : '';
  const status = origin !== undefined && statusPage.isServed ? `  Status    ${origin}/\n` : '';
  return `Exporting a recorded task.

${metrics}${status}  Endpoint  ${url}/task
            ${url}/task/stats

Stop with Ctrl-C.
`;
}
