import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { addSeconds, DOCUMENTS, ENDPOINT_ID, RECORDED_AT_MS } from './replay.ts';

export interface DemoEndpoint {
  /** The value for ECS_CONTAINER_METADATA_URI_V4. */
  readonly url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const TIME = /^20\d\d-\d\d-\d\dT[\d:.]+Z$/;

/**
 * Serves the task metadata endpoint, version 4, of a recorded task: `<url>`, `<url>/task`, `<url>/taskWithTags`,
 * `<url>/stats` and `<url>/task/stats`.
 *
 * @param port 0 for any free port
 * Rejects with the system's error (`EADDRINUSE` and so on) if it cannot listen.
 */
export async function startDemoEndpoint(port = 0): Promise<DemoEndpoint> {
  // Samples follow the monotonic clock, because setting the wall clock must not decrease counters.
  const startedMs = performance.now();
  const ageS = Math.floor((Date.now() - RECORDED_AT_MS) / 1000);
  const basePath = `/v4/${ENDPOINT_ID}`;

  const server = createServer(({ method, url = '' }, response) => {
    const document = url.startsWith(basePath) ? DOCUMENTS.get(url.slice(basePath.length)) : undefined;
    if (method !== 'GET') {
      send(response.setHeader('allow', 'GET'), 405, 'only GET');
    } else if (document === undefined) {
      send(response, 404, 'V4 metadata handler: no such path');
    } else {
      send(response, 200, document(Math.floor((performance.now() - startedMs) / 1000)), ageS);
    }
  });
  await once(server.listen(port, HOST), 'listening');
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${HOST}:${boundPort}${basePath}`,
    close: () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      return closed.then(() => {});
    },
  };
}

/** Moves the times in the document by `ageS`. */
function send(response: ServerResponse, status: number, document: unknown, ageS = 0): void {
  const body = JSON.stringify(document, (_, value: unknown) =>
    typeof value === 'string' && TIME.test(value) ? addSeconds(value, ageS) : value,
  );
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body);
}
