import type { Config } from '../../config/config.ts';
import { OPTIONS } from '../../config/options.ts';
import { type Resolved, type ResolvedConfig, resolveCommandLine } from '../../config/resolve.ts';
import { createSettings } from '../../config/settings.ts';
import { shownConfig } from '../../config/shown-config.ts';
import { readTextFile } from '../../config/text-files.ts';
import { createStreamLogger, type Logger } from '../../log/logger.ts';
import { httpOrigin, shownOrigin } from '../addresses.ts';
import { type CommandContext, print, reportProblems, reportWarnings } from '../context.ts';
import { runExporter } from '../run-exporter.ts';

/** `run`: everything until a signal comes. */
export async function run(context: CommandContext): Promise<number> {
  const resolved = resolveForCommand(context);
  if ('problems' in resolved) return reportProblems(context.stderr, resolved.problems);
  if (createSettings(context.line.flags, context.env).value(OPTIONS.isConfigPrinted)) {
    await print(context.stdout, `${JSON.stringify(shownConfig(resolved), undefined, 2)}\n`);
    return reportWarnings(context.stderr, resolved.warnings);
  }
  const { config } = resolved;
  const logger = loggerFor(context, config);
  logStart(logger, resolved);
  return runExporter({
    // Loaded here, so that a mistake in the options is answered before OpenTelemetry is read from disk.
    start: async () => (await import('../../exporter.ts')).startExporter(config, logger),
    host: context.host,
    logger,
    onStarted: ({ address }) => {
      if (config.exporters.length === 0 && !config.statsd.isDisabled) {
        logger.warn('nothing_exported', 'nothing is exported: OTEL_SDK_DISABLED is true, or the exporter is none');
      }
      const fields = { exporters: config.exporters.join(','), interval_ms: config.intervalMs, ...destinations(config) };
      if (address === undefined) logger.info('pushing', 'pushing, without an HTTP server', fields);
      else logger.info('listening', `listening on ${shownOrigin(address.host, address.port)}`, fields);
    },
  });
}

/** Logs the warnings, and at level debug the effective configuration. */
export function logStart(logger: Logger, resolved: ResolvedConfig): void {
  for (const { code, message } of resolved.warnings) logger.warn(code, message);
  if (resolved.config.log.level !== 'debug') return;
  const { given, effective } = shownConfig(resolved);
  logger.debug('configuration', 'the effective configuration', { ...effective, given });
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
