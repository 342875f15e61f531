import type { Config } from '../../config/config.ts';
import { type Resolved, resolveCommandLine } from '../../config/resolve.ts';
import { readTextFile } from '../../config/text-file.ts';
import type { Logger } from '../../log/logger.ts';
import { createStreamLogger } from '../../log/stream-logger.ts';
import { httpOrigin, shownOrigin } from '../addresses.ts';
import type { CommandContext } from '../context.ts';
import { reportProblems } from '../report.ts';
import { runExporter } from '../run-exporter.ts';

/** `run`: everything until a signal comes. */
export async function run(context: CommandContext): Promise<number> {
  const resolved = resolveForCommand(context);
  if ('problems' in resolved) return reportProblems(context.stderr, resolved.problems);
  const { config } = resolved;
  const logger = loggerFor(context, config);
  return runExporter({
    // Loaded here, so that a mistake in the options is answered before OpenTelemetry is read from disk.
    start: async () => (await import('../../exporter.ts')).startExporter(config, logger),
    host: context.host,
    logger,
    onStarted: ({ address }) => {
      if (config.statsd.isDisabled) {
        logger.warn('statsd_disabled', 'nothing is pushed to DogStatsD: DD_DOGSTATSD_DISABLE turns it off');
      } else if (config.exporters.length === 0) {
        logger.warn('nothing_exported', 'nothing is exported: OTEL_SDK_DISABLED is true, or the exporter is none');
      }
      const fields = { exporters: config.exporters.join(','), interval_ms: config.intervalMs, ...destinations(config) };
      logger.info('listening', `listening on ${shownOrigin(address.host, address.port)}`, fields);
    },
  });
}

export function resolveForCommand(context: CommandContext, metadataUrl?: URL): Resolved {
  const isTTY = context.stderr.isTTY === true;
  return resolveCommandLine(context.line, { env: context.env, isTTY, readFile: readTextFile, metadataUrl });
}

/** Colours on a terminal, unless https://no-color.org asks for none. */
export function loggerFor({ stderr, env }: CommandContext, config: Config): Logger {
  const { NO_COLOR = '' } = env;
  return createStreamLogger(config.log, stderr, stderr.isTTY === true && NO_COLOR === '');
}

/** Where metrics are pushed to, and how often; no query, which may hold a key. */
function destinations({
  exporters,
  otlp,
  statsd,
  exportIntervalMs,
}: Config): Readonly<Record<string, string | number>> {
  const { origin, pathname } = new URL(otlp.url);
  const agent = statsd.socketPath ?? httpOrigin(statsd.host, statsd.port).replace('http:', 'udp:');
  return {
    ...(exporters.includes('otlp') && { otlp: `${origin}${pathname}`, export_interval_ms: exportIntervalMs }),
    ...(exporters.includes('statsd') && { statsd: agent }),
  };
}
