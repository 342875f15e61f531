import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { OtlpExport } from '../helpers/otlp-export.ts';
import { decodeProtobuf } from '../helpers/otlp-protobuf.ts';
import { childOf } from './child.ts';

export type FromReceiver = { readonly url: string } | { readonly exports: number } | { readonly last: string };

export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  /** Resolves at the next export. @throws if there is none within 30 s. */
  nextExport(): Promise<void>;
  /** Exports so far. */
  exports(): number;
  lastExport(): Promise<OtlpExport>;
  stop(): Promise<void>;
}

const PATIENCE_MS = 30_000;

function isFromReceiver(message: unknown): message is FromReceiver {
  const isObject = typeof message === 'object' && message !== null;
  return isObject && ('url' in message || 'exports' in message || 'last' in message);
}

/** Starts a receiver of OTLP/HTTP (protobuf, uncompressed) in a separate process. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const child = fork(`${import.meta.dirname}/otlp-receiver-process.ts`);
  const events = new EventEmitter();
  let exports = 0;
  const started = Promise.withResolvers<string>();
  child.once('exit', () => started.reject(new Error('the receiver could not be started')));
  child.on('message', (message) => {
    if (!isFromReceiver(message)) return;
    if ('url' in message) started.resolve(message.url);
    else if ('last' in message) events.emit('last', message.last);
    else {
      exports = message.exports;
      events.emit('export');
    }
  });
  return {
    url: await started.promise,
    async nextExport() {
      await once(events, 'export', { signal: AbortSignal.timeout(PATIENCE_MS) });
    },
    exports: () => exports,
    async lastExport() {
      const told = once(events, 'last', { signal: AbortSignal.timeout(PATIENCE_MS) });
      child.send('last');
      const [last]: unknown[] = await told;
      return decodeProtobuf(Buffer.from(String(last), 'base64'));
    },
    stop: childOf(child).stop,
  };
}
