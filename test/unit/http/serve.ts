import type { TestContext } from 'node:test';
import { createPage } from '../../../instrumentation/http/page.ts';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../../../instrumentation/http/server.ts';

export const BODY = '# TYPE a gauge\na{b="ö"} 1\n'.repeat(100);

export interface Served extends HttpServer {
  readonly port: number;
  /** What `onError` was told. */
  readonly errors: { readonly error: unknown; readonly path: string }[];
}

/** A server on a free port of 127.0.0.1 with one small page; closed when the test ends. */
export async function serve(t: TestContext, options: Partial<HttpServerOptions> = {}): Promise<Served> {
  const page = createPage(BODY);
  const errors: Served['errors'] = [];
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    title: 'Exporter',
    description: 'A test',
    version: '1.2.3',
    page: async () => page,
    isReady: () => true,
    onError: (error, path) => errors.push({ error, path }),
    ...options,
  });
  t.after(() => server.close());
  return { ...server, port: server.address.port, errors };
}

/** More than the socket buffers of both sides hold, so it is on its way as long as its client does not read. */
export const LARGE_PAGE = createPage('x'.repeat(16_000_000));

/** Limits short enough for a test to see them. */
export const SHORT = { headersTimeoutMs: 150, requestTimeoutMs: 300, checkIntervalMs: 25 };
