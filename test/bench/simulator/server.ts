import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { UNLIMITED_BYTES } from './resource-stats.ts';
import { createSimulatedTask } from './simulated-task.ts';

/** Age of the task at the start: its counters are large, and `flaky` is about to exit. */
const INITIAL_AGE_MS = 720_000;

export interface SimulatorOptions {
  /** @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** @default 0, any free port */
  readonly port?: number | undefined;
  /** Each seed generates another task with another load. @default 1 */
  readonly seed?: number | undefined;
  /** Number of identical web servers that replace the five containers of the shop; at least 1. */
  readonly containers?: number | undefined;
  /** Time between samples. 10 s on Fargate; shorter here, so that values change. @default 1000 */
  readonly sampleMs?: number | undefined;
}

export interface SimulatedEndpoint {
  /** The value for ECS_CONTAINER_METADATA_URI_V4. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the task metadata endpoint, version 4, of a simulated Fargate task: `<url>`, `<url>/task`, `<url>/taskWithTags`,
 * `<url>/stats` and `<url>/task/stats`. Documents are rendered once per sample.
 *
 * Rejects with the system's error (`EADDRINUSE` and so on) if it cannot listen, and with a RangeError for an invalid
 * option.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<SimulatedEndpoint> {
  const { host = '127.0.0.1', port = 0, seed = 1, containers, sampleMs = 1000 } = options;
  if (containers !== undefined && !(Number.isSafeInteger(containers) && containers >= 1)) {
    throw new RangeError(`containers must be a whole number of at least 1, not ${containers}`);
  }
  if (!(Number.isSafeInteger(sampleMs) && sampleMs >= 10)) {
    throw new RangeError(`sampleMs must be a whole number of at least 10, not ${sampleMs}`);
  }
  const startedAtMs = performance.now();
  const originMs = Date.now() - INITIAL_AGE_MS;
  const task = createSimulatedTask({ seed, originMs, sampleMs, replicas: containers });
  const basePath = `/v4/${task.endpointId}`;

  // The agent responds from its cache. Metadata is newer than samples, so a restart appears there first.
  const metadataMs = Math.min(sampleMs, 1000);
  const routes = new Map<string, () => Buffer>([
    [basePath, perTick(metadataMs, task.ownContainer)],
    [`${basePath}/task`, perTick(metadataMs, task.task)],
    [`${basePath}/taskWithTags`, perTick(metadataMs, task.taskWithTags)],
    [`${basePath}/stats`, perTick(sampleMs, task.ownStats)],
    [`${basePath}/task/stats`, perTick(sampleMs, task.stats)],
  ]);

  function perTick(tickMs: number, render: (sinceStartMs: number) => unknown): () => Buffer {
    let renderedTick = Number.NaN;
    let body: Buffer = Buffer.alloc(0);
    return () => {
      // Monotonic, because setting the wall clock must not decrease counters.
      const sinceStartMs = INITIAL_AGE_MS + performance.now() - startedAtMs;
      const tick = Math.floor(sinceStartMs / tickMs);
      if (tick !== renderedTick) {
        body = toJson(render(tick * tickMs));
        renderedTick = tick;
      }
      return body;
    };
  }

  const server = createServer((request, response) => {
    const route = routes.get(request.url ?? '');
    if (request.method !== 'GET') {
      send(response, 405, toJson('only GET'), { allow: 'GET' });
    } else if (route === undefined) {
      send(response, 404, toJson('V4 metadata handler: unable to find what this path names'));
    } else {
      send(response, 200, route());
    }
  });
  await once(server.listen(port, host), 'listening');
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}${basePath}`,
    close: () => closeNow(server),
  };
}

/** The agent writes the unlimited value with all its digits, JavaScript the shortest number that rounds to it. */
function toJson(document: unknown): Buffer {
  return Buffer.from(JSON.stringify(document).replaceAll(String(UNLIMITED_BYTES), '9223372036854771712'));
}

function send(response: ServerResponse, status: number, body: Buffer, headers: Record<string, string> = {}): void {
  response
    .writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': body.length })
    .end(body);
}

function closeNow(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
