import { type RequestListener, Server } from 'node:http';
import type { Connections } from './connections.ts';

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

/** What one client may cost. Every field has a default that fits a sidecar; tests shorten them. */
export interface HttpLimits {
  /** From the connection, or the end of the request before, to the last header line. */
  readonly headersTimeoutMs: number;
  /** The same to the end of the whole request. */
  readonly requestTimeoutMs: number;
  /** How often the two above are looked at, so they end up to this much later. */
  readonly checkIntervalMs: number;
  /** How long a connection may wait for its next request. */
  readonly keepAliveTimeoutMs: number;
  /** From a complete request to the last byte of its answer: ends clients that stop reading, or read drop by drop. */
  readonly answerTimeoutMs: number;
  /** What answers under way get at `close()` before their connections are cut. */
  readonly closeGraceMs: number;
  readonly maxHeaderBytes: number;
  /** Open connections, over all addresses that are listened on. */
  readonly maxConnections: number;
}

/**
 * - Headers and request: a scraper sends one packet. Node's own 60 s and 300 s are for uploads.
 * - Keep-alive: above Prometheus' default interval of 60 s, so that a scraper finds its connection open.
 * - Answer: three times Prometheus' default scrape timeout; nobody waits for the rest by then.
 * - Connections: one costs about 20 kB while it waits, and no copy of the page while it is sent one (measured with 500, and
 *   a page of 5 MB). So hundreds of scrapers are served at once, for 10 MB at most.
 */
export const DEFAULT_LIMITS: HttpLimits = {
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  checkIntervalMs: 1_000,
  keepAliveTimeoutMs: 65_000,
  answerTimeoutMs: 30_000,
  closeGraceMs: 1_000,
  maxHeaderBytes: 8 * 1024,
  maxConnections: 512,
};
