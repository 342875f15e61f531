import type { Agent, ClientRequest, RequestOptions } from 'node:http';
import type { Duplex } from 'node:stream';

/** An HTTP proxy, and the hosts that bypass it, in NO_PROXY syntax. */
export interface Proxy {
  readonly url: URL;
  readonly noProxy?: string | undefined;
}

/** TLS credentials as PEM texts, and the proxy. */
export interface AgentOptions {
  readonly certificate?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly proxy?: Proxy | undefined;
}

/** An HTTP client with persistent connections to one receiver. */
export interface HttpClient {
  readonly agent: Agent;
  /** `request` of node:http or node:https. */
  request(url: URL, options: RequestOptions): ClientRequest;
  /** Aborts a request and closes its connection, even if it is not established yet. Other connections stay open. */
  abort(request: ClientRequest): void;
}

/** A connection that is never closed would not follow DNS changes. */
const MAX_CONNECTION_AGE_MS = 300_000;

/** Loads TLS only for `https:` URLs. */
export async function createHttpClient(url: URL, options: AgentOptions): Promise<HttpClient> {
  const { certificate, clientCertificate, clientKey, proxy } = options;
  const isSecure = url.protocol === 'https:';
  // Empty rather than undefined: if undefined, newer versions of Node.js read the environment.
  const proxyEnv = proxy && { [isSecure ? 'HTTPS_PROXY' : 'HTTP_PROXY']: proxy.url.href, NO_PROXY: proxy.noProxy };
  const common = { keepAlive: true, proxyEnv: proxyEnv ?? {} };
  if (!isSecure) {
    const { Agent, request } = await import('node:http');
    return clientOf(limitConnectionAge(new Agent(common)), request);
  }
  const { Agent, request } = await import('node:https');
  const secure = {
    ...common,
    minVersion: 'TLSv1.2',
    ...(certificate !== undefined && { ca: certificate }),
    ...(clientCertificate !== undefined && { cert: clientCertificate }),
    ...(clientKey !== undefined && { key: clientKey }),
  } as const;
  return clientOf(limitConnectionAge(new Agent(secure)), request);
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
    abort(aborted) {
      aborted.destroy();
      // Until the TLS handshake in a tunnel is complete, the tunnel has no request, so destroying the request does not close it.
      if (aborted.socket === null) newest?.destroy();
    },
  };
}

/** Stops reusing a connection `MAX_CONNECTION_AGE_MS` after its first request has ended. */
function limitConnectionAge(agent: Agent): Agent {
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
