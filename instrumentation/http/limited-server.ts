import { type RequestListener, Server, type ServerOptions } from 'node:http';
import { BlockList, Socket } from 'node:net';
import type { Connections } from './connections.ts';

/**
 * The block list of a server: Node consults it before it creates a socket, so a connection costs a third of one that is
 * accepted and closed (measured: 46 and 150 microseconds).
 */
class FloodList extends BlockList {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    super();
    this.#connections = connections;
  }

  override check(address: unknown): boolean {
    return typeof address === 'string' && !this.#connections.mayConnect(address);
  }
}

/**
 * A server that asks `connections` about each socket, and gives node:http the stream that they return. `connection` events
 * with any stream are part of node:http's API.
 */
class AdmittingServer extends Server {
  readonly #connections: Connections;

  constructor(options: ServerOptions, connections: Connections) {
    super(options);
    this.#connections = connections;
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    const [socket] = args;
    if (event !== 'connection' || !(socket instanceof Socket)) return super.emit(event, ...args);
    const stream = this.#connections.opened(socket);
    return stream !== undefined && super.emit('connection', stream);
  }

  /** Node's would also close connections whose response is written but not sent. `Connections` closes the idle ones. */
  override closeIdleConnections(): void {}
}

/**
 * A server under `limits` that does not listen yet. Node itself answers malformed requests with 400, oversized ones with 431
 * and late ones with 408.
 *
 * @param onError errors of the listening socket while it listens, for example when no file descriptor is left
 */
export function createLimitedServer(
  limits: HttpLimits,
  connections: Connections,
  onRequest: RequestListener,
  onError: (error: Error) => void,
): Server {
  const options: ServerOptions = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
  };
  const server = new AdmittingServer(options, connections);
  // An option of net.Server that http.Server does not pass on.
  Object.assign(server, { blockList: new FloodList(connections) });
  const listener: RequestListener = (request, response) => {
    connections.requested(response);
    onRequest(request, response);
  };
  server.on('request', listener);
  // By default Node invites the body (`Expect: 100-continue`), and answers any other expectation with 417 itself.
  server.on('checkContinue', listener);
  server.on('checkExpectation', listener);
  // Without a listener an error would end the process. The caller of `listen` handles those of `listen`.
  server.on('error', (error) => {
    if (server.listening) onError(error);
  });
  return server;
}

/** Limits on what one client may cost. The defaults fit a sidecar; tests shorten them. */
export interface HttpLimits {
  /** From the connection, or the end of the previous request, to the last header line. */
  readonly headersTimeoutMs: number;
  /** From the same time to the end of the request. */
  readonly requestTimeoutMs: number;
  /** Interval at which the two timeouts above are checked, so they may fire this much later. */
  readonly checkIntervalMs: number;
  /** How long a connection may wait for its next request. */
  readonly keepAliveTimeoutMs: number;
  /** From a complete request to the last byte of its response: ends clients that stop reading or read slowly. */
  readonly answerTimeoutMs: number;
  /** How long `close()` waits for unfinished responses. */
  readonly closeGraceMs: number;
  readonly maxHeaderBytes: number;
  /** Open connections, over all listening addresses. */
  readonly maxConnections: number;
  readonly maxRequestsPerConnection: number;
  /** Distinct pages that are being sent; beyond it, readers of the oldest page are cut off. The newest page always fits. */
  readonly maxPageBytes: number;
  /** How long the places of an address that has completed a scrape stay reserved. */
  readonly scraperMemoryMs: number;
}

/**
 * - Headers and request: a scraper sends one packet. Node's defaults of 60 s and 300 s are for uploads.
 * - Keep-alive: above Prometheus' default interval of 60 s, so that a scraper finds its connection open.
 * - Answer: three times Prometheus' default scrape timeout.
 * - Connections: an idle one costs about 20 kB, and responses share the page. So hundreds of scrapers are served at once, for
 *   5 MB at most.
 * - Scraper memory: three of Prometheus' default intervals.
 */
export const DEFAULT_LIMITS: HttpLimits = {
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  checkIntervalMs: 1_000,
  keepAliveTimeoutMs: 65_000,
  answerTimeoutMs: 30_000,
  closeGraceMs: 1_000,
  maxHeaderBytes: 8 * 1024,
  maxConnections: 256,
  maxRequestsPerConnection: 1_000,
  maxPageBytes: 4_000_000,
  scraperMemoryMs: 180_000,
};
