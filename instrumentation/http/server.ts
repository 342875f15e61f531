import type { RequestListener, Server } from 'node:http';
import { type Answer, announcesBody, line, send } from './answer.ts';
import { type Connections, type OnRejected, trackConnections } from './connections.ts';
import { createLimitedServer, DEFAULT_LIMITS, type HttpLimits } from './limited-server.ts';
import { listen } from './listen.ts';
import type { PortSecurity } from './port-security.ts';
import { createRouter, type Site } from './router.ts';

export interface HttpServerOptions extends Site {
  /** A name or an address; `localhost` means both loopback addresses, `::` all addresses of both protocols. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly limits?: Partial<HttpLimits>;
  /** Milliseconds on a monotonic clock. @default performance.now */
  readonly nowMs?: () => number;
  /** Called for each client that was rejected, or cut off, because of a limit. Must not throw. */
  readonly onRejected?: OnRejected;
  /** @default plain HTTP, and every client may read every path */
  readonly security?: PortSecurity | undefined;
}

/** A listening server. It keeps the process alive until it is closed. */
export interface HttpServer {
  /** The configured host and the actual port. */
  readonly address: { readonly host: string; readonly port: number };
  /** Stops listening, closes idle connections at once and all others within the grace period. Never rejects. */
  close(): Promise<void>;
}

/** Resolves when the last connection has closed. */
async function drain(servers: readonly Server[], connections: Connections, graceMs: number): Promise<void> {
  const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
  connections.endIdle();
  const grace = setTimeout(connections.cutAll, graceMs);
  await Promise.all(closed);
  clearTimeout(grace);
}

/**
 * Serves `/metrics`, `/-/healthy`, `/-/ready` and the site's routes over HTTP/1.1. No client can stop or block the process.
 *
 * @throws an Error with the code `listen_failed` if it cannot listen on host and port.
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const route = createRouter(options);
  const { security } = options;
  const onRejected: OnRejected = (reason, detail) => options.onRejected?.(reason, detail);
  const connections = trackConnections(limits, onRejected, options.nowMs, security?.tls);
  let closed: Promise<void> | undefined;

  const onRequest: RequestListener = (request, response) => {
    const reply = (answer: Answer) => {
      if (response.destroyed) return;
      const isLast = closed !== undefined || announcesBody(request) || connections.isLast(response);
      send(request, response, answer, isLast);
      if (typeof answer.body !== 'string' && request.method !== 'HEAD') connections.sendsPage(response, answer.body);
    };
    const peer = connections.peerOf(request);
    const answer =
      security === undefined
        ? route(request, { isLoopback: peer.isLoopback, isAuthenticated: false })
        : security.answer(request, peer, (client) => route(request, client), onRejected);
    answer.then(reply, (error: unknown) => {
      options.onError?.(error, request.url ?? '');
      reply(line(500, 'internal error'));
    });
  };
  const create = () => createLimitedServer(limits, connections, onRequest, (error) => options.onError?.(error, ''));
  const { servers, port } = await listen(create, options.host, options.port);

  return {
    address: { host: options.host, port },
    close: () => {
      closed ??= drain(servers, connections, limits.closeGraceMs);
      return closed;
    },
  };
}
