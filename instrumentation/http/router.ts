import type { IncomingMessage } from 'node:http';
import { type Answer, announcesBody, line } from './answer.ts';
import { acceptsGzip } from './headers.ts';
import { LANDING_PAGE_POLICY, type Link, renderLandingPage } from './landing-page.ts';
import type { Page } from './page.ts';

/** What the server shows; everything about sockets is elsewhere. */
export interface Site {
  readonly title: string;
  readonly description: string;
  readonly version: string;
  /** Shown on the landing page after the server's own paths. */
  readonly links?: readonly Link[];
  /** The page to scrape, or undefined where nothing is offered for scraping: `/metrics` is then a 404 that says so. */
  readonly page: (() => Promise<Page>) | undefined;
  readonly isReady: () => boolean;
  /** Called for each request that failed for a reason of ours, with its path, and with `''` when a socket did. Must not throw. */
  readonly onError?: (error: unknown, path: string) => void;
}

/** Finds the answer to a request. Never reads a body; rejects only when `isReady` throws. */
export type Router = (request: IncomingMessage) => Promise<Answer>;

type Route = (request: IncomingMessage) => Answer | Promise<Answer>;

const METRICS_PATH = '/metrics';

/** The path of a request target, which may be a full URL (RFC 9112, 3.2.2) and end in a query; both are of no interest. */
function pathOf(target: string): string {
  const origin = /^https?:\/\/[^/?]*/i.exec(target)?.[0] ?? '';
  const [path = ''] = target.slice(origin.length).split('?', 1);
  return path === '' ? '/' : path;
}

async function metrics(site: Site, request: IncomingMessage): Promise<Answer> {
  if (site.page === undefined) return line(404, 'no metrics here: the Prometheus exporter is not enabled');
  try {
    const page = await site.page();
    const vary = { vary: 'accept-encoding' };
    if (!acceptsGzip(request.headers['accept-encoding'])) {
      return { status: 200, contentType: page.contentType, body: page.body, headers: vary };
    }
    const headers = { ...vary, 'content-encoding': 'gzip' };
    return { status: 200, contentType: page.contentType, body: await page.gzip(), headers };
  } catch (error) {
    // The cause is for the operator's log, not for whoever can reach the port.
    site.onError?.(error, METRICS_PATH);
    return line(503, 'no metrics now: collecting them failed');
  }
}

function landing(site: Site): Route {
  const links: Link[] = [
    ...(site.page === undefined ? [] : [{ path: METRICS_PATH, text: 'Metrics' }]),
    { path: '/-/healthy', text: 'Healthy: the process answers' },
    { path: '/-/ready', text: 'Ready: there is a recent sample' },
    ...(site.links ?? []),
  ];
  const body = renderLandingPage({ ...site, links });
  const headers = { 'content-security-policy': LANDING_PAGE_POLICY };
  return () => ({ status: 200, contentType: 'text/html; charset=utf-8', body, headers });
}

/**
 * The routes. Paths match as they are: `/metrics/` is a 404 like any other unknown path, as it is with exporters in Go.
 */
export function createRouter(site: Site): Router {
  const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
    ['/', landing(site)],
    [METRICS_PATH, (request) => metrics(site, request)],
    ['/-/healthy', () => line(200, 'ok')],
    ['/-/ready', () => (site.isReady() ? line(200, 'ready') : line(503, 'not ready: there is no recent sample'))],
  ]);
  return async (request) => {
    const route = routes.get(pathOf(request.url ?? '/'));
    if (route === undefined) return line(404, `not found; there is ${[...routes.keys()].join(', ')}`);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return line(405, 'only GET and HEAD', { allow: 'GET, HEAD' });
    }
    if (announcesBody(request)) return line(413, 'a request may not have a body here');
    return route(request);
  };
}
