import { type RequestListener, Server } from 'node:http';
import type { Connections } from './connections.ts';
import type { HttpLimits } from './limits.ts';

/**
 * Node's `close()` ends what it takes for idle connections, among them such whose answer is written but not yet sent, and
 * so cuts a large answer off. Which connection is idle is known to `Connections`.
 */
class PatientServer extends Server {
  override closeIdleConnections(): void {}
}

/**
 * A server under `limits` that does not listen yet. Malformed, oversized and late requests are answered by Node itself,
 * with 400, 431 and 408.
 *
 * @param onError errors of the listening socket while it listens, such as no file descriptor left for a connection
 */
export function createLimitedServer(
  limits: HttpLimits,
  connections: Connections,
  onRequest: RequestListener,
  onError: (error: Error) => void,
): Server {
  const server = new PatientServer({
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
  });
  const listener: RequestListener = (request, response) => {
    connections.asked(response);
    onRequest(request, response);
  };
  server.on('connection', connections.opened);
  server.on('request', listener);
  // Otherwise Node invites the body that is refused anyway (`Expect: 100-continue`).
  server.on('checkContinue', listener);
  // Node would answer any other expectation itself, with a connection that nobody keeps an eye on.
  server.on('checkExpectation', listener);
  // Without a listener an error would end the process; one of `listen` itself is its caller's.
  server.on('error', (error) => {
    if (server.listening) onError(error);
  });
  return server;
}
