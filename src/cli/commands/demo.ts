import { OPTIONS } from '../../config/options.ts';
import { createSettings } from '../../config/settings.ts';
import { messageOf } from '../../text/printable.ts';
import { shownOrigin } from '../addresses.ts';
import { type CommandContext, EXIT, print, reportFailure, reportProblems } from '../context.ts';
import { runExporter } from '../run-exporter.ts';
import { listenForStop } from '../stop-requests.ts';
import { loggerFor, logStart, resolveForCommand } from './run.ts';

/** Stands in until the made-up endpoint has its address: the options are checked before anything is started. */
const NOT_YET = new URL('http://localhost');

/** As often as the made-up endpoint has a new sample: somebody is looking. */
const INTERVAL_MS = 1000;

/** `demo`: a made-up endpoint, and the exporter on it. */
export async function demo(context: CommandContext): Promise<number> {
  const resolved = resolveForCommand(context, NOT_YET);
  if ('problems' in resolved) return reportProblems(context.stderr, resolved.problems);
  const settings = createSettings(context.line.flags, context.env);
  const port = settings.value(OPTIONS.demoPort);
  const isEndpointOnly = settings.value(OPTIONS.isEndpointOnly);
  const logger = loggerFor(context, resolved.config);
  logStart(logger, resolved);
  const { startDemoEndpoint } = await import('../../demo/server.ts');
  const endpoint = await startDemoEndpoint(port).catch(messageOf);
  if (typeof endpoint === 'string') return reportFailure(context.stderr, endpoint);

  try {
    if (isEndpointOnly) {
      await print(context.stdout, endpointText(endpoint.url));
      const stop = listenForStop(context.host, logger);
      await stop.requested;
      stop.release();
      return stop.hasCrashed() ? EXIT.runtime : EXIT.ok;
    }
    const intervalMs = settings.given(OPTIONS.intervalMs) === undefined ? INTERVAL_MS : resolved.config.intervalMs;
    const config = { ...resolved.config, intervalMs, metadataUrl: new URL(endpoint.url) };
    return await runExporter({
      start: async () => (await import('../../exporter.ts')).startExporter(config, logger),
      host: context.host,
      logger,
      onStarted: ({ address }) => {
        const origin = address && shownOrigin(address.host, address.port);
        void print(context.stdout, runningText(endpoint.url, origin, config.exporters.includes('prometheus')));
      },
    });
  } finally {
    await endpoint.close();
  }
}

function endpointText(url: string): string {
  return `The made-up task metadata endpoint is there. In another terminal:

  export ECS_CONTAINER_METADATA_URI_V4=${url}

Stop with Ctrl-C.
`;
}

function runningText(url: string, origin: string | undefined, isServingMetrics: boolean): string {
  const metrics = isServingMetrics ? `  Metrics   ${origin}/metrics\n` : '';
  const overview = origin === undefined ? '' : `  Overview  ${origin}/\n`;
  return `Watching a made-up task.

${metrics}${overview}  Endpoint  ${url}/task
            ${url}/task/stats

Stop with Ctrl-C.
`;
}
