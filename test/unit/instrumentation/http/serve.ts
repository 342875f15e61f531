import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createPage } from '../../../../instrumentation/http/page.ts';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../../../../instrumentation/http/server.ts';

export const BODY = '# TYPE a gauge\na{b="ö"} 1\n'.repeat(100);

export interface Served extends HttpServer {
  readonly port: number;
  /** Calls of `onError`. */
  readonly errors: { readonly error: unknown; readonly path: string }[];
}

/** A server on a free port of 127.0.0.1 with a small page and generous timeouts; closed when the test ends. */
export async function serve(t: TestContext, options: Partial<HttpServerOptions> = {}): Promise<Served> {
  const limits = { ...PATIENT, ...options.limits };
  const page = createPage(BODY);
  const errors: Served['errors'] = [];
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    page: async () => page,
    isReady: () => true,
    onError: (error, path) => errors.push({ error, path }),
    ...options,
    limits,
  });
  t.after(async () => {
    await server.close();
    // The sockets still emit `close`, on which the server clears the timers of this test.
    await turn();
    await turn();
  });
  return { ...server, port: server.address.port, errors };
}

/** Larger than the socket buffers of both sides, so it stays unfinished until its client reads. */
export const LARGE_PAGE = createPage('x'.repeat(16_000_000));

/** Longer than any test takes on a busy machine. */
const PATIENT = { headersTimeoutMs: 60_000, requestTimeoutMs: 60_000, answerTimeoutMs: 60_000, closeGraceMs: 60_000 };
