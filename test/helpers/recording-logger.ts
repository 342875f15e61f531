import type { LogFields, Logger } from '../../src/log/logger.ts';

export interface LoggedEvent {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that records its events. */
export function recordingLogger(): Logger & { readonly events: readonly LoggedEvent[] } {
  const events: LoggedEvent[] = [];
  const at =
    (level: LoggedEvent['level']) =>
    (event: string, message: string, fields: LogFields = {}): void => {
      events.push({ level, event, message, fields });
    };
  return { events, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
