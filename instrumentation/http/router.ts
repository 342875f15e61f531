import type { IncomingMessage } from 'node:http';
import { type Answer, announcesBody, line } from './answer.ts';
import { acceptsGzip } from './headers.ts';
import type { Page } from './page.ts';

/** The content of the server. */
export interface Site {
  /** Additional paths. They override the server's own. */
  readonly routes?: ReadonlyMap<string, Route>;
  /** The page at `/metrics` for an Accept header; if undefined, the response is a 404 with the reason. */
  readonly page: ((accept: string | undefined) => Promise<Page>) | undefined;
  readonly isReady: () => boolean;
  /** Called with the path of each request that failed in the server, and with `''` for a socket error. Must not throw. */
  readonly onError?: (error: unknown, path: string) => void;
}

/** Returns the response to a request. Never reads a body; rejects only if `isReady` throws. */
export type Router = (request: IncomingMessage, client: Client) => Promise<Answer>;

/** The client that has sent a request. */
export interface Client {
  readonly isLoopback: boolean;
  /** True if it has sent a configured user name and password, or a verified client certificate. */
  readonly isAuthenticated: boolean;
}

export type Route = (request: IncomingMessage, client: Client) => Answer | Promise<Answer>;

const METRICS_PATH = '/metrics';

/** The path of a request target, without an origin (RFC 9112, 3.2.2) and a query. */
function pathOf(target: string): string {
  const origin = /^https?:\/\/[^/?]*/i.exec(target)?.[0] ?? '';
  const [path = ''] = target.slice(origin.length).split('?', 1);
  return path === '' ? '/' : path;
}

async function metrics(site: Site, request: IncomingMessage): Promise<Answer> {
  if (site.page === undefined) return line(404, 'no metrics: the Prometheus exporter is not enabled');
  try {
    const page = await site.page(request.headers.accept);
    const vary = { vary: page.vary };
    if (!acceptsGzip(request.headers['accept-encoding'])) {
      return { status: 200, contentType: page.contentType, body: page.body, headers: vary };
    }
    const headers = { ...vary, 'content-encoding': 'gzip' };
    return { status: 200, contentType: page.contentType, body: await page.gzip(), headers };
  } catch (error) {
    // Only the log gets the cause, since any client can reach the port.
    site.onError?.(error, METRICS_PATH);
    return line(503, 'no metrics: the collection failed');
  }
}

/**
 * Paths match exactly: `/metrics/` is a 404, as in exporters written in Go.
 */
export function createRouter(site: Site): Router {
  const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
    [METRICS_PATH, (request) => metrics(site, request)],
    ['/-/healthy', () => line(200, 'ok')],
    ['/-/ready', () => (site.isReady() ? line(200, 'ready') : line(503, 'not ready: there is no recent sample'))],
    ...(site.routes ?? []),
  ]);
  return async (request, client) => {
    const route = routes.get(pathOf(request.url ?? '/'));
    if (route === undefined) return line(404, `not found; available paths: ${[...routes.keys()].join(', ')}`);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return line(405, 'only GET and HEAD', { allow: 'GET, HEAD' });
    }
    if (announcesBody(request)) return line(413, 'request bodies are not allowed');
    return route(request, client);
  };
}
