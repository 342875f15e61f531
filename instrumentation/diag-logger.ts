import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';

/** Where the SDK's own messages go. */
export type DiagSink = (level: 'debug' | 'warn' | 'error', message: string) => void;

/**
 * Sends OpenTelemetry's diagnostics to our log. Only the program does this: it is global to the process, and a host of the
 * library has made its own choice. What the SDK calls an error is a warning here: the program goes on.
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
  // The SDK's own handler prints a stack for each failed export.
  setGlobalErrorHandler((error) => sink('warn', text(error)));
}

/** Only an error's message: its stack is noise, and its other members may hold an address with a secret. */
function text(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : '';
}
