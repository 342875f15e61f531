import type { Config } from './config/config.ts';

/** A running exporter: polling, observing, serving and pushing. */
export interface Exporter {
  /** Where the HTTP server really listens (an asked-for port 0 is resolved). */
  readonly address: { readonly host: string; readonly port: number };
  /** Takes one sample now, beside the timer; for `once` and for tests. Never rejects. */
  poll(): Promise<void>;
  /** True after a good poll that is not too old. */
  isReady(): boolean;
  /** Last sample, last export, everything closed; within 12 s. A second call returns the first one's promise. */
  shutdown(): Promise<void>;
}

/**
 * Starts everything that `config` asks for. Resolves once the HTTP server listens; the first poll is under way by then.
 *
 * @throws an Error whose message names host and port when the HTTP server cannot listen.
 */
export function startExporter(config: Config): Promise<Exporter> {
  throw new Error(`not wired yet: ${config.metadataUrl.href}`);
}
