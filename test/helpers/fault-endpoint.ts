import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { applyNamedFault, type NamedFault } from './fault-scripts.ts';

export type FaultPath = 'task' | 'stats' | 'tags';

export type Fault =
  | NamedFault
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** Sends a content-length above that of `body`, then closes the connection or stalls. */
      readonly ending?: 'cut' | 'stalled';
    };

/** One fault for all paths, or one per path. */
export type FaultSetting = Fault | { readonly [path in FaultPath]?: Fault };

export interface RecordedRequest {
  /** Path and query as received, for example `/v4/abc/task`. */
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  /** `performance.now()` on arrival. */
  readonly time: number;
}

/** A metadata endpoint with configurable faults. All fields can change between requests. */
export interface FaultEndpoint {
  /** The base URL, as in ECS_CONTAINER_METADATA_URI_V4. */
  readonly url: string;
  readonly port: number;
  /** The response to `/task`: text and bytes are sent unchanged, other values as JSON. */
  task: unknown;
  /** The response to `/task/stats`. */
  stats: unknown;
  /** The response to `/taskWithTags`; 404 if undefined. */
  taskWithTags: unknown;
  /** Applies until changed. */
  fault: FaultSetting;
  /** Applies to the next `times` requests for that path, before `fault` does. */
  failNext(path: FaultPath | 'any', fault: Fault, times?: number): void;
  readonly requests: readonly RecordedRequest[];
  /** Connections accepted so far. */
  readonly connections: number;
  /** Connections open now. */
  readonly openConnections: number;
  /** Resets every open connection, as a restart of the agent does. */
  resetConnections(): void;
  close(): Promise<void>;
}

export interface FaultEndpointOptions {
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** A fixed port replaces an earlier endpoint at its address. @default 0 */
  readonly port?: number;
  /** Serves https. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

const BASE_PATH = '/v4/abc';
const PATHS: ReadonlyMap<string, FaultPath> = new Map([
  [`${BASE_PATH}/task`, 'task'],
  [`${BASE_PATH}/task/stats`, 'stats'],
  [`${BASE_PATH}/taskWithTags`, 'tags'],
]);
const DOCUMENTS = { task: 'task', stats: 'stats', tags: 'taskWithTags' } as const;

export async function startFaultEndpoint(options: FaultEndpointOptions = {}): Promise<FaultEndpoint> {
  const { host = '127.0.0.1', port = 0, tls } = options;
  const requests: RecordedRequest[] = [];
  const sockets = new Set<Socket>();
  const queue: { path: FaultPath | 'any'; fault: Fault }[] = [];
  let connections = 0;

  const listener: RequestListener = (request, response) => {
    const path = request.url ?? '';
    requests.push({ path, method: request.method ?? '', headers: request.headers, time: performance.now() });
    const which = pathOf(path);
    if (which === undefined || (which === 'tags' && endpoint.taskWithTags === undefined)) {
      send(response, 404, { 'content-type': 'application/json' }, '"no such path"');
    } else {
      answer(response, nextFault(which), bytesOf(endpoint[DOCUMENTS[which]]));
    }
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer({ ...tls }, listener);
  // Only the client ends a fault, so the server has no timeouts.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => sockets.delete(socket));
  });
  await once(server.listen(port, host), 'listening');
  const address = server.address();
  const boundPort = isAddressInfo(address) ? address.port : port;

  function nextFault(which: FaultPath): Fault {
    const index = queue.findIndex(({ path }) => path === 'any' || path === which);
    const queued = index < 0 ? undefined : queue.splice(index, 1)[0];
    if (queued !== undefined) {
      return queued.fault;
    }
    const { fault } = endpoint;
    return typeof fault === 'string' || 'status' in fault ? fault : (fault[which] ?? 'none');
  }

  const endpoint: FaultEndpoint = {
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${boundPort}${BASE_PATH}`,
    port: boundPort,
    task: {},
    stats: {},
    taskWithTags: undefined,
    fault: 'none',
    failNext: (path, fault, times = 1) => {
      queue.push(...Array.from({ length: times }, () => ({ path, fault })));
    },
    requests,
    get connections() {
      return connections;
    },
    get openConnections() {
      return sockets.size;
    },
    resetConnections: () => {
      for (const socket of sockets) {
        socket.resetAndDestroy();
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) {
          socket.destroy();
        }
      }),
  };
  return endpoint;
}

function pathOf(url: string): FaultPath | undefined {
  return PATHS.get(url);
}

function answer(response: ServerResponse, fault: Fault, body: Uint8Array): void {
  if (typeof fault === 'object' && fault.ending !== undefined) {
    const { status, headers, body: start = '', ending } = fault;
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(start) + 1 });
    response.write(start, () => (ending === 'cut' ? response.destroy() : undefined));
  } else if (typeof fault === 'object') {
    send(response, fault.status, fault.headers ?? {}, fault.body ?? '');
  } else if (fault === 'none') {
    send(response, 200, { 'content-type': 'application/json' }, body);
  } else {
    applyNamedFault(response, fault, body);
  }
}

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) {
    return value;
  }
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
