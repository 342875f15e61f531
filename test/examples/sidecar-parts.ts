import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type Collector, type CollectorConfig, type CollectorPlaces, startCollector } from '../real/collector.ts';
import { until } from '../real/wait.ts';
import type { CleanUp } from './clean-up.ts';

/** Timeout for conditions that depend on several programs and their intervals. */
export const WAIT = { timeoutMs: 30_000, everyMs: 100 };

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Backend {
  readonly url: string;
  /** The first request. */
  received(): Promise<Received>;
  /** Number of requests. */
  requests(): number;
}

/** Starts a server that accepts every request without decoding it. */
export async function startBackend(cleanUp: CleanUp): Promise<Backend> {
  const requests: Received[] = [];
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers });
    request.resume().once('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.later(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    received: () => until(`a request at ${url}`, () => requests[0], WAIT),
    requests: () => requests.length,
  };
}

/** Starts the sidecar with the file, on free ports and without its batch timeout of ten seconds. */
export async function startSidecar(
  cleanUp: CleanUp,
  file: string,
  env: Readonly<Record<string, string>>,
  { exporters = {}, batchTimeout = '100ms' }: { exporters?: CollectorConfig; batchTimeout?: string } = {},
): Promise<Collector> {
  const config = ({ otlpPort, sparePort }: CollectorPlaces): CollectorConfig => ({
    extensions: { health_check: { endpoint: `127.0.0.1:${sparePort}` } },
    receivers: { otlp: { protocols: { http: { endpoint: `localhost:${otlpPort}` } } } },
    processors: { batch: { timeout: batchTimeout } },
    exporters,
  });
  const collector = await startCollector({ file, env, config });
  cleanUp.later(() => collector.stop());
  return collector;
}
