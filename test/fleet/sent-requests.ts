/** Observes every OTLP request of this process, independently of the exporters. */
import { subscribe } from 'node:diagnostics_channel';
import { ClientRequest, type IncomingMessage } from 'node:http';
import type { Answer } from './messages.ts';

export interface SentRequest {
  readonly startedMs: number;
  readonly body: Buffer;
  /** Set when the response has arrived. */
  readonly answer: Answer | undefined;
}

/** Records all requests from now on, including retries and requests without a response. */
export function observeRequests(path: string): readonly SentRequest[] {
  const seen: SentRequest[] = [];
  // https://nodejs.org/api/diagnostics_channel.html#http: published before anything is written.
  subscribe('http.client.request.created', (message) => {
    if (!(message instanceof Object && 'request' in message && message.request instanceof ClientRequest)) return;
    const { request } = message;
    if (request.method === 'POST' && request.path === path) seen.push(observed(request));
  });
  return seen;
}

function observed(request: ClientRequest): SentRequest {
  const chunks: Buffer[] = [];
  const startedMs = performance.now();
  let answer: Answer | undefined;
  request.once('socket', (socket) => {
    // A connection is reused for later requests.
    const bytesBefore = socket.bytesWritten;
    request.once('response', ({ statusCode = 0 }: IncomingMessage) => {
      const durationMs = performance.now() - startedMs;
      answer = { status: statusCode, durationMs, wireBytes: socket.bytesWritten - bytesBefore };
    });
  });
  for (const name of ['write', 'end'] as const) {
    const inner = request[name];
    Reflect.set(request, name, (...args: readonly unknown[]): unknown => {
      // A copy: zlib's chunks are views of buffers that are much larger.
      if (args[0] instanceof Uint8Array) chunks.push(Buffer.from(args[0]));
      return Reflect.apply(inner, request, args);
    });
  }
  return {
    startedMs,
    get body() {
      return Buffer.concat(chunks);
    },
    get answer() {
      return answer;
    },
  };
}
