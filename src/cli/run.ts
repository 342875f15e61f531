import { secretsOf } from '../../instrumentation/otlp/secrets.ts';
import { createRedactor } from '../../instrumentation/redact.ts';
import { escaped, escapedJson } from '../../instrumentation/sanitize-text.ts';
import { secretTexts } from '../aws/credentials.ts';
import { displayOrigin, httpOrigin } from '../config/addresses.ts';
import { type Config, redactedConfig } from '../config/config.ts';
import { readTextFile } from '../config/files.ts';
import { type Resolved, type ResolvedConfig, type ResolveInput, resolveCommandLine } from '../config/resolve.ts';
import { withWebConfig } from '../config/with-web-config.ts';
import { createStreamLogger, type Logger } from '../log/logger.ts';
import { createRecentEvents, type RecentEvents } from '../log/recent-events.ts';
import {
  type CommandContext,
  EXIT,
  print,
  printResult,
  reportCrash,
  reportFailure,
  reportInvalid,
  warningLines,
} from './context.ts';
import { CRASHES, runExporter } from './run-exporter.ts';

/** `run`: polls and exports until a signal. */
export async function run(context: CommandContext): Promise<number> {
  const resolved = await withWebConfig(resolveForCommand(context));
  if ('problems' in resolved) return reportInvalid(context.stderr, resolved);
  const { config, command, given, warnings, webConfig } = resolved;
  if (command.isConfigPrinted) {
    const shown = { given: Object.fromEntries(given), effective: redactedConfig(config) };
    const exitCode = await printResult(context, `${escapedJson(shown, 2)}\n`);
    await print(context.stderr, warningLines(warnings));
    return exitCode;
  }
  const recentEvents = recentEventsFor(config);
  const logger = loggerFor(context, config, recentEvents);
  logStart(logger, resolved);
  return runExporter({
    // Loaded here, so that configuration errors are reported before OpenTelemetry is read from disk.
    start: async () => (await import('../exporter.ts')).startExporter(config, logger, { recentEvents, webConfig }),
    host: context.host,
    signals: context.signals,
    logger,
    redact: redactorOf(config),
    onStarted: ({ address }) => {
      if (config.exporters.length === 0 && !config.statsd.isDisabled) {
        logger.warn('nothing_exported', 'no exporter is enabled: OTEL_SDK_DISABLED is true, or exporters is none');
      }
      const fields = { exporters: config.exporters.join(','), interval_ms: config.intervalMs, ...destinations(config) };
      if (address === undefined) logger.info('pushing', 'pushing metrics without an HTTP server', fields);
      else
        logger.info(
          'listening',
          `listening on ${displayOrigin(address.host, address.port, schemeOf(webConfig))}`,
          fields,
        );
    },
  });
}

/** `once`: one sample on stdout. */
export async function once(context: CommandContext): Promise<number> {
  const resolved = resolveForCommand(context);
  if ('problems' in resolved) return reportInvalid(context.stderr, resolved);
  const { takeOnce } = await import('../once.ts');
  const { config, command } = resolved;
  const format = command.onceFormat ?? (context.stdout.isTTY === true ? 'table' : 'prometheus');
  // At the default level, only warnings and errors are logged next to the sample.
  const level = config.log.level === 'info' ? 'warn' : config.log.level;
  const logger = loggerFor(context, { ...config, log: { ...config.log, level } });
  logStart(logger, resolved);
  const redact = redactorOf(config);
  const stopListening = exitOnCrash(context, redact);
  try {
    const { ok, text, reason } = await takeOnce(config, { format, width: context.stdout.columns }, logger);
    const exitCode = text === '' ? EXIT.ok : await printResult(context, text);
    return ok ? exitCode : await reportFailure(context.stderr, escaped(reason ?? 'the sample failed'));
  } catch (error) {
    return await reportCrash(context.stderr, error, redact);
  } finally {
    stopListening();
  }
}

/** Reports an uncaught error. The report of Node.js also prints all properties of the error, unescaped. */
function exitOnCrash({ host, stderr }: CommandContext, redact: (text: string) => string): () => void {
  const onCrash = (error: unknown): void => {
    void reportCrash(stderr, error, redact).then((code) => host.exit(code));
  };
  for (const crash of CRASHES) host.on(crash, onCrash);
  return () => {
    for (const crash of CRASHES) host.off(crash, onCrash);
  };
}

/** Logs the warnings, and at level debug the effective configuration. */
export function logStart(logger: Logger, { config, warnings, given }: ResolvedConfig): void {
  for (const { code, message } of warnings) logger.warn(code, message);
  if (config.log.level !== 'debug') return;
  const fields = { ...redactedConfig(config), given: Object.fromEntries(given) };
  logger.debug('configuration', 'effective configuration', fields);
}

export function resolveForCommand(
  { line, env, stderr }: CommandContext,
  defaults: Pick<ResolveInput, 'metadataUrl' | 'defaultIntervalMs'> = {},
): Resolved {
  return resolveCommandLine(line, { env, isTTY: stderr.isTTY === true, readFile: readTextFile, ...defaults });
}

/** The scheme of the port. */
export function schemeOf(webConfig: ResolvedConfig['webConfig']): 'http' | 'https' {
  return webConfig?.settings.tls === undefined ? 'http' : 'https';
}

/** Removes the configured secrets from the messages of errors. */
export function redactorOf({ otlp }: Config): (text: string) => string {
  return createRedactor([...secretsOf(otlp), ...(otlp.sigv4 === undefined ? [] : secretTexts(otlp.sigv4.credentials))]);
}

/** Colours on a terminal, unless disabled by https://no-color.org. */
export function loggerFor({ stderr, env }: CommandContext, config: Config, recentEvents?: RecentEvents): Logger {
  const { NO_COLOR = '' } = env;
  return createStreamLogger(config.log, stderr, stderr.isTTY === true && NO_COLOR === '', recentEvents);
}

/** Undefined without a status page to show them. */
export function recentEventsFor({ statusPage }: Config): RecentEvents | undefined {
  return statusPage.isServed ? createRecentEvents() : undefined;
}

/** Addresses to which metrics are pushed, without paths and queries, which may contain a key; and the export interval. */
function destinations({
  exporters,
  otlp: { url },
  statsd,
  exportIntervalMs,
}: Config): Readonly<Record<string, string | number>> {
  const agent = statsd.socketPath ?? httpOrigin(statsd.host, statsd.port).replace('http:', 'udp:');
  return {
    ...(exporters.includes('otlp') && { otlp: url.origin, export_interval_ms: exportIntervalMs }),
    ...(exporters.includes('statsd') && { statsd: agent }),
  };
}
