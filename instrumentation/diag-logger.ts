import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';

/** Receives the SDK's messages. */
export type DiagSink = (level: 'debug' | 'warn' | 'error', message: string) => void;

/**
 * Sends OpenTelemetry's diagnostics to the log. The logger is global to the process, so only the program installs it, not the
 * library: an application configures its own. SDK errors are logged as warnings, because the program continues.
 */
export function installDiagLogger(sink: DiagSink): void {
  const at =
    (level: 'debug' | 'warn') =>
    (message: string, ...args: unknown[]): void =>
      sink(level, [message, ...args.map(text)].join(' '));
  const logger: DiagLogger = {
    error: at('warn'),
    warn: at('warn'),
    info: at('debug'),
    debug: at('debug'),
    verbose: () => {},
  };
  diag.setLogger(logger, { logLevel: DiagLogLevel.DEBUG, suppressOverrideMessage: true });
  // The SDK's default handler prints a stack for each failed export.
  setGlobalErrorHandler((error) => sink('warn', text(error)));
}

/** Only an error's message: other properties may contain a URL with a secret. */
function text(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : '';
}
