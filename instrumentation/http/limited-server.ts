import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpLimits } from './limits.ts';

export interface ServerEvents {
  readonly onRequest: RequestListener;
  readonly onConnectionClosed: (socket: Socket) => void;
  /** Errors of the listening socket while it listens, such as no file descriptor left for a connection. */
  readonly onError: (error: Error) => void;
}

/**
 * A server under `limits` that does not listen yet. Malformed, oversized and late requests are answered by Node itself,
 * with 400, 431 and 408.
 *
 * Connections above the limit are closed unanswered. So that waiting scrapers do not lock others out, the connections
 * that carry no request now are given up when the last place is taken: a client opens another without noticing.
 */
export function createLimitedServer(limits: HttpLimits, events: ServerEvents): Server {
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      maxHeaderSize: limits.maxHeaderBytes,
    },
    events.onRequest,
  );
  server.maxConnections = limits.maxConnections;
  // Otherwise Node invites the body that is refused anyway (`Expect: 100-continue`).
  server.on('checkContinue', events.onRequest);
  // Without a listener an error would end the process; one of `listen` itself is its caller's.
  server.on('error', (error) => {
    if (server.listening) events.onError(error);
  });
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    socket.once('close', () => {
      connections -= 1;
      events.onConnectionClosed(socket);
    });
    if (connections >= limits.maxConnections) server.closeIdleConnections();
  });
  return server;
}
