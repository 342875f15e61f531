import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createPage } from '../../../../instrumentation/http/page.ts';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../../../../instrumentation/http/server.ts';

export const BODY = '# TYPE a gauge\na{b="ö"} 1\n'.repeat(100);

export interface Served extends HttpServer {
  readonly port: number;
  /** What `onError` was told. */
  readonly errors: { readonly error: unknown; readonly path: string }[];
}

/** A server on a free port of 127.0.0.1 with one small page and no time limit but those given; closed when the test ends. */
export async function serve(t: TestContext, options: Partial<HttpServerOptions> = {}): Promise<Served> {
  const limits = { ...PATIENT, ...options.limits };
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
    limits,
  });
  t.after(async () => {
    await server.close();
    // The sockets still emit `close`, on which the server clears its timers: those of this test, and not the next one's.
    await turn();
    await turn();
  });
  return { ...server, port: server.address.port, errors };
}

/** More than the socket buffers of both sides hold, so it is on its way as long as its client does not read. */
export const LARGE_PAGE = createPage('x'.repeat(16_000_000));

/** Longer than any machine takes for what a test asks, however busy it is. */
const PATIENT = { headersTimeoutMs: 60_000, requestTimeoutMs: 60_000, answerTimeoutMs: 60_000, closeGraceMs: 60_000 };
