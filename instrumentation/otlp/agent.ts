import type { Agent, ClientRequest, RequestOptions } from 'node:http';
import type { Duplex } from 'node:stream';

/** An HTTP proxy, and the hosts that bypass it in the syntax of NO_PROXY. */
export interface Proxy {
  readonly url: URL;
  readonly noProxy?: string | undefined;
}

/** Credentials of both ends, and the proxy between them. PEM texts, not paths. */
export interface AgentOptions {
  readonly certificate?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly proxy?: Proxy | undefined;
}

/** The connections to one receiver. */
export interface HttpClient {
  readonly agent: Agent;
  /** `request` of node:http or node:https. */
  request(url: URL, options: RequestOptions): ClientRequest;
  /** Ends a request at once and closes its connection, even while that is still being opened. Other connections stay. */
  cut(request: ClientRequest): void;
}

/** A connection that is never closed would not follow a host name that moves to another address. */
const MAX_CONNECTION_AGE_MS = 300_000;

/** Loads nothing of TLS unless the address is `https:`. */
export async function createHttpClient(url: URL, options: AgentOptions): Promise<HttpClient> {
  const { certificate, clientCertificate, clientKey, proxy } = options;
  const isSecure = url.protocol === 'https:';
  // Empty rather than undefined: newer versions of Node.js then read the environment themselves.
  const proxyEnv = proxy && { [isSecure ? 'HTTPS_PROXY' : 'HTTP_PROXY']: proxy.url.href, NO_PROXY: proxy.noProxy };
  const common = { keepAlive: true, proxyEnv: proxyEnv ?? {} };
  if (!isSecure) {
    const { Agent, request } = await import('node:http');
    return clientOf(withAge(new Agent(common)), request);
  }
  const { Agent, request } = await import('node:https');
  const secure = {
    ...common,
    minVersion: 'TLSv1.2',
    ...(certificate !== undefined && { ca: certificate }),
    ...(clientCertificate !== undefined && { cert: clientCertificate }),
    ...(clientKey !== undefined && { key: clientKey }),
  } as const;
  return clientOf(withAge(new Agent(secure)), request);
}

function clientOf(agent: Agent, request: HttpClient['request']): HttpClient {
  let newest: Duplex | null | undefined;
  const createConnection = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    newest = createConnection(options, callback);
    return newest;
  };
  return {
    agent,
    request,
    cut(cutOff) {
      cutOff.destroy();
      // A tunnel belongs to no request until the TLS handshake in it is complete, so destroying the request closes nothing.
      if (cutOff.socket === null) newest?.destroy();
    },
  };
}

/** Closes a connection after the first request that ends `MAX_CONNECTION_AGE_MS` or more after its first one. */
function withAge(agent: Agent): Agent {
  const firstFreeMs = new WeakMap<Duplex, number>();
  const keepSocketAlive = agent.keepSocketAlive.bind(agent);
  // Called after each request: https://nodejs.org/api/http.html#agentkeepsocketalivesocket
  agent.keepSocketAlive = (socket) => {
    const nowMs = performance.now();
    const sinceMs = firstFreeMs.get(socket) ?? nowMs;
    firstFreeMs.set(socket, sinceMs);
    const leftMs = MAX_CONNECTION_AGE_MS - (nowMs - sinceMs);
    return leftMs > 0 ? keepSocketAlive(socket) : false;
  };
  return agent;
}
